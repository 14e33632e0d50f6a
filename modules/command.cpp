// Helper (root), pure; distrusts the arguments' text, which never becomes more than one element.
#include "modules/command.h"

#include <algorithm>

namespace mgr {
namespace {

std::string joined(const ArgumentValue& value) {
  std::string text;
  for (const Scalar& item : value.items) text += (text.empty() ? "" : ",") + scalar_text(item);
  return text;
}

Result<const ArgumentValue*> given(const ArgumentValues& arguments, std::string_view name) {
  if (const ArgumentValue* value = find_argument(arguments, name)) return value;
  return fail(ErrorCode::invalid_argument, "the command needs " + std::string(name));
}

// An element is scanned once, left to right: what an argument puts in is not looked at again.
Result<std::string> expand_element(std::string_view element, const ArgumentValues& arguments) {
  std::string text;
  while (!element.empty()) {
    const std::size_t open = element.find('{');
    const std::size_t close = element.find('}', open);
    if (close == std::string_view::npos) return text.append(element);
    const auto value = given(arguments, element.substr(open + 1, close - open - 1));
    if (!value) return tl::unexpected(value.error());
    text.append(element.substr(0, open)).append(joined(**value));
    element.remove_prefix(close + 1);
  }
  return text;
}

// Adds each path to those that mgr-job opens. What stands for it in the command is its descriptor,
// so nothing can be put in its place between the opening and the use.
std::vector<Scalar> open_paths(const ArgumentType& type, const ArgumentValue& value,
                               std::vector<PathToOpen>& paths) {
  std::vector<Scalar> descriptors;
  for (const Scalar& item : value.items) {
    const std::string path = scalar_text(item);
    const std::string* root = root_of(type, path);
    if (root == nullptr) continue;  // not of the type: there is no such value
    const std::size_t number = static_cast<std::size_t>(first_path_descriptor) + paths.size();
    descriptors.emplace_back("/proc/self/fd/" + std::to_string(number));
    paths.push_back({*root, path.substr(std::min(root->size() + 1, path.size())), type.path_kind});
  }
  return descriptors;
}

// Whether an element is all of an argument that may be left out, and was.
bool is_left_out(std::string_view element, const std::vector<Argument>& declared,
                 const ArgumentValues& given) {
  return std::ranges::any_of(declared, [&](const Argument& argument) {
    return !argument.required && find_argument(given, argument.name) == nullptr &&
           is_all_of(element, argument);
  });
}

}  // namespace

Result<std::vector<std::string>> expand_command(const std::vector<std::string>& pattern,
                                                const ArgumentValues& arguments) {
  std::vector<std::string> argv;
  for (const std::string& element : pattern) {
    if (element.starts_with('{') && element.ends_with("...}")) {
      const auto list = given(arguments, std::string_view(element).substr(1, element.size() - 5));
      if (!list) return tl::unexpected(list.error());
      for (const Scalar& item : (*list)->items) argv.push_back(scalar_text(item));
      continue;
    }
    auto text = expand_element(element, arguments);
    if (!text) return tl::unexpected(text.error());
    argv.push_back(std::move(*text));
  }
  return argv;
}

Result<JobPlan> plan_job(std::string key, const RunSettings& run,
                         const std::vector<Argument>& declared, const ArgumentValues& arguments,
                         std::string_view body) {
  JobPlan plan{std::move(key), {}, run};
  ArgumentValues shown;  // to who can list processes
  for (const auto& [name, type, required, help] : declared) {
    const ArgumentValue* value = find_argument(arguments, name);
    if (type.kind == TypeKind::secret) {
      plan.run.input = InputKind::secret;
      plan.input += (value == nullptr ? "" : joined(*value)) + '\n';
    } else if (type.kind == TypeKind::blob) {
      plan.run.input = InputKind::body;
      plan.input = body;
    } else if (value != nullptr) {
      plan.arguments.push_back({name, joined(*value)});
      shown.push_back(*value);
      if (type.kind == TypeKind::path)
        shown.back().items = open_paths(type, *value, plan.run.paths);
    }
  }
  std::erase_if(plan.run.argv, [&](const std::string& element) {
    return is_left_out(element, declared, arguments);
  });
  auto argv = expand_command(plan.run.argv, shown);
  if (!argv) return tl::unexpected(argv.error());
  plan.run.argv = std::move(*argv);
  return plan;
}

}  // namespace mgr
