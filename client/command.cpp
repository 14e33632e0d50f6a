// mgrctl, with the caller's own uid.
#include "client/command.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "protocol/text.h"

namespace mgr::client {
namespace {

constexpr std::array<std::string_view, 4> shorthands{"ping", "version", "whoami", "modules"};

tl::unexpected<Failure> invalid(std::string detail) {
  return failed(Failure::Kind::invalid_request, std::move(detail));
}

template <typename Things>
std::string list_names(const Things& things) {
  std::string names;
  for (const auto& thing : things) names += (names.empty() ? "" : ", ") + thing.name;
  return names.empty() ? "none" : names;
}

// name=value, where what stands before the sign is a name.
std::optional<Field> named_value(const std::string& word) {
  const std::size_t sign = word.find('=');
  if (sign == std::string::npos) return std::nullopt;
  Field field{folded(word.substr(0, sign)), word.substr(sign + 1)};
  if (!is_name(field.name)) return std::nullopt;
  return field;
}

// `where` is "MODULE ACTION".
Outcome<Field> bind_value(const std::string& word, const ActionHelp& action,
                          const std::string& where) {
  auto field = named_value(word);
  if (!field) {
    if (action.arguments.empty()) return invalid(where + " takes no argument");
    return Field{action.arguments.front().name, word};
  }
  if (action.find(field->name) == nullptr) {
    return invalid(where + " has no argument " + field->name + "; it has " +
                   list_names(action.arguments));
  }
  return std::move(*field);
}

bool has_argument(const Request& request, std::string_view name) {
  return std::any_of(request.arguments.begin(), request.arguments.end(),
                     [&](const Field& field) { return field.name == name; });
}

Outcome<const ActionHelp*> find_action(const Command& command, const ModuleHelp& module) {
  const std::string known = list_names(module.actions);
  if (command.action.empty()) return invalid(module.name + " needs an action: " + known);
  const ActionHelp* action = module.find(command.action);
  if (action != nullptr) return action;
  return invalid(module.name + " has no action " + command.action + "; it has " + known);
}

}  // namespace

Outcome<Command> parse_command(const std::vector<std::string>& words) {
  Command command;
  auto rest = words.begin();
  if (std::find(shorthands.begin(), shorthands.end(), *rest) != shorthands.end()) {
    command = {"mgr", *rest++, {}, true};
  } else {
    command.module = *rest++;
    if (rest != words.end()) command.action = *rest++;
  }
  if (!is_name(folded(command.module))) return invalid("that is no module's name");
  if (!command.action.empty() && !is_name(folded(command.action))) {
    return invalid("that is no action's name");
  }
  command.values.assign(rest, words.end());
  return command;
}

bool needs_catalogue(const Command& command) {
  return !command.shorthand || !command.values.empty();
}

Outcome<Request> bind_command(const Command& command, const Catalogue& catalogue) {
  const ModuleHelp* module = catalogue.find(command.module);
  if (module == nullptr) {
    return invalid("there is no module " + command.module + "; there are " +
                   list_names(catalogue.modules));
  }
  const auto action = find_action(command, *module);
  if (!action) return tl::unexpected(action.error());
  const std::string where = module->name + " " + (*action)->name;
  Request request{module->name, (*action)->name, {}, {}};
  for (const std::string& word : command.values) {
    auto field = bind_value(word, **action, where);
    if (!field) return tl::unexpected(field.error());
    if (has_argument(request, field->name)) {
      return invalid(where + ": " + field->name + " is given twice");
    }
    request.arguments.push_back(std::move(*field));
  }
  for (const ArgumentHelp& argument : (*action)->arguments) {
    if (argument.required && !has_argument(request, argument.name)) {
      return invalid(where + " needs " + argument.name + "=…");
    }
  }
  return request;
}

Outcome<Request> bind_command(const Command& command) {
  if (command.action.empty()) return invalid(command.module + " needs an action");
  Request request{command.module, command.action, {}, {}};
  for (const std::string& word : command.values) {
    auto field = named_value(word);
    if (!field) {
      return invalid("the schema is not yours to read, so write every argument as name=value");
    }
    request.arguments.push_back(std::move(*field));
  }
  return request;
}

}  // namespace mgr::client
