// mgrctl, with the caller's own uid; distrusts the schema.
#include "client/binding.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "client/display.h"
#include "protocol/text.h"

namespace mgr::client {
namespace {

constexpr std::size_t longest_reason = 400;  // a hostile schema may list words without end

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

bool has_argument(const Request& request, std::string_view name) {
  return std::any_of(request.arguments.begin(), request.arguments.end(),
                     [&](const Field& field) { return field.name == name; });
}

// A word that goes to the argument whose turn it is.
struct PlainWord {
  std::string text;
  std::string refused_name;  // of one like name=value, where there is no argument of that name
};

bool may_take(const ArgumentHelp& argument, const PlainWord& word) {
  return word.refused_name.empty() || !argument.limits || may_hold_equals_sign(*argument.limits);
}

class Binder {
 public:
  explicit Binder(const ChosenAction& chosen)
      : action_(*chosen.action),
        where_(chosen.name()),
        request_{chosen.module->name, action_.name, {}, {}} {}

  // Those with a name first, wherever they stand: the others share what is left.
  Outcome<void> take_named(const Command& command) {
    for (std::size_t i = 0; i < command.values.size(); ++i) {
      const std::string& word = command.values[i];
      auto field = i < command.plain_from ? named_value(word) : std::nullopt;
      const ArgumentHelp* argument = field ? action_.find(field->name) : nullptr;
      if (argument == nullptr) {
        plain_.push_back({word, field ? field->name : ""});
        continue;
      }
      const auto added = add(*argument, std::move(field->value));
      if (!added) return added;
    }
    return {};
  }

  Outcome<void> take_plain() {
    std::vector<const ArgumentHelp*> free = action_.positionals();
    std::erase_if(free,
                  [&](const auto* argument) { return has_argument(request_, argument->name); });
    auto argument = free.begin();
    for (auto word = plain_.begin(); word != plain_.end(); ++argument) {
      if (argument == free.end() || !may_take(**argument, *word)) return refuse(*word);
      const bool takes_rest = (*argument)->is_list && argument + 1 == free.end();
      const auto end = takes_rest ? plain_.end() : word + 1;
      auto value = join(**argument, word, end);
      if (!value) return tl::unexpected(value.error());
      const auto added = add(**argument, std::move(*value));
      if (!added) return added;
      word = end;
    }
    return {};
  }

  Outcome<Request> finish() {
    for (const ArgumentHelp& argument : action_.arguments) {
      if (argument.required && !argument.is_input() && !has_argument(request_, argument.name)) {
        return invalid(where_ + " needs " + argument.name + "=…");
      }
    }
    return std::move(request_);
  }

 private:
  using Words = std::vector<PlainWord>::const_iterator;

  Outcome<void> add(const ArgumentHelp& argument, std::string value) {
    if (argument.is(TypeKind::secret)) {
      return invalid(where_ + ": " + argument.name +
                     " is a secret, which the command line would show to everybody: leave it out, "
                     "and it is asked for");
    }
    if (argument.is(TypeKind::blob)) {
      return invalid(where_ + ": " + argument.name + " is a file's contents: --body FILE");
    }
    if (has_argument(request_, argument.name)) {
      return invalid(where_ + ": " + argument.name + " is given twice");
    }
    auto checked = check_argument(where_, argument, value);
    if (checked) request_.arguments.push_back({argument.name, std::move(value)});
    return checked;
  }

  // One word may hold a list with its commas; of several each is an element.
  Outcome<std::string> join(const ArgumentHelp& argument, Words begin, Words end) const {
    std::string value = begin->text;
    for (auto word = begin; word != end; ++word) {
      if (!may_take(argument, *word)) return tl::unexpected(refuse(*word).error());
      if (end - begin > 1 && word->text.find(',') != std::string::npos) {
        return invalid(where_ + ": " + argument.name +
                       " is one word with commas, or several words without");
      }
      if (word != begin) value += ',' + word->text;
    }
    return value;
  }

  Outcome<void> refuse(const PlainWord& word) const {
    if (action_.arguments.empty()) return invalid(where_ + " takes no argument");
    if (!word.refused_name.empty()) {
      return invalid(where_ + " has no argument " + word.refused_name + "; it has " +
                     list_names(action_.arguments));
    }
    return invalid("a word too many for " + where_ + argument_usage(action_));
  }

  const ActionHelp& action_;
  std::string where_;
  Request request_;
  std::vector<PlainWord> plain_;
};

std::string upper_case(std::string name) {
  for (char& byte : name) {
    if (byte >= 'a' && byte <= 'z') byte = static_cast<char>(byte - 'a' + 'A');
  }
  return name;
}

}  // namespace

Outcome<ChosenAction> choose_action(const Command& command, const Catalogue& catalogue) {
  const ModuleHelp* module = catalogue.find(command.module);
  if (module == nullptr) {
    return invalid("there is no module " + command.module + "; there are " +
                   list_names(catalogue.modules));
  }
  const std::string known = list_names(module->actions);
  if (command.action.empty()) return invalid(module->name + " needs an action: " + known);
  const ActionHelp* action = module->find(command.action);
  if (action != nullptr) return ChosenAction{module, action};
  return invalid(module->name + " has no action " + command.action + "; it has " + known);
}

Outcome<Request> bind_values(const Command& command, const ChosenAction& chosen) {
  Binder binder(chosen);
  return binder.take_named(command).and_then([&] { return binder.take_plain(); }).and_then([&] {
    return binder.finish();
  });
}

Outcome<Request> bind_without_schema(const Command& command) {
  if (command.action.empty()) return invalid(command.module + " needs an action");
  Request request{command.module, command.action, {}, {}};
  for (std::size_t i = 0; i < command.values.size(); ++i) {
    auto field = i < command.plain_from ? named_value(command.values[i]) : std::nullopt;
    if (!field) {
      return invalid("the schema is not yours to read, so write every argument as name=value");
    }
    request.arguments.push_back(std::move(*field));
  }
  return request;
}

Outcome<void> check_argument(const std::string& action, const ArgumentHelp& argument,
                             const std::string& value) {
  // What no value can be, write_request() says better.
  if (!argument.limits || !is_value(value)) return {};
  ArgumentType type = *argument.limits;
  if (argument.pattern.size() <= max_pattern_length) type.pattern = argument.pattern;
  const auto items = check_value(type, value);
  if (items) return {};
  const std::string& why = items.error().detail;
  return invalid(action + ": " + argument.name + (why.starts_with("must ") ? " " : ": ") +
                 shortened(why, longest_reason));
}

std::string argument_usage(const ActionHelp& action) {
  std::string usage;
  const std::vector<const ArgumentHelp*> positionals = action.positionals();
  for (const ArgumentHelp* argument : positionals) {
    const bool takes_rest = argument->is_list && argument == positionals.back();
    const std::string word = upper_case(argument->name) + (takes_rest ? "…" : "");
    usage += argument->required ? " " + word : " [" + word + "]";
  }
  if (const ArgumentHelp* body = action.body()) {
    usage += body->required ? " --body FILE" : " [--body FILE]";
  }
  return usage;
}

}  // namespace mgr::client
