// Helper (root), pure; distrusts the arguments' text, which never becomes more than one element.
#include "modules/command.h"

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

Result<JobPlan> plan_job(std::string key, const RunSettings& run, const ArgumentValues& arguments) {
  auto argv = expand_command(run.argv, arguments);
  if (!argv) return tl::unexpected(argv.error());
  JobPlan plan{std::move(key), {}, run};
  plan.run.argv = std::move(*argv);
  for (const ArgumentValue& value : arguments)
    plan.arguments.push_back({value.name, joined(value)});
  return plan;
}

}  // namespace mgr
