// mgrctl, with the caller's own uid; pure.
#include "client/setup/choices.h"

#include <algorithm>

#include "client/setup/rules.h"
#include "client/setup/topics.h"

namespace mgr::client {
namespace {

tl::unexpected<Failure> invalid(std::string detail) {
  return failed(Failure::Kind::invalid_request, std::move(detail));
}

std::string names_of(const auto& named, auto is_meant) {
  std::string names;
  for (const auto& each : named) {
    if (is_meant(each)) names += (names.empty() ? "" : ", ") + each.name;
  }
  return names;
}

struct ModuleAndAction {
  const KnownModule* module;
  std::string action;  // "" for the module as a whole
};

// A name may hold dots, so the whole of it is tried first.
Outcome<ModuleAndAction> find_word(const std::string& word, const std::vector<KnownModule>& known) {
  const KnownModule* module = find_module(known, word);
  std::string action;
  if (const std::size_t dot = word.rfind('.'); module == nullptr && dot != std::string::npos) {
    module = find_module(known, word.substr(0, dot));
    action = word.substr(dot + 1);
  }
  if (module == nullptr || !is_offered(*module)) {
    return invalid("--allow: there is no module " + word + " to allow; there are " +
                   names_of(known, is_offered));
  }
  if (!action.empty() && find_action(*module, action) == nullptr) {
    return invalid("--allow: " + module->name + " has no action " + action + "; it has " +
                   names_of(module->actions, [](const auto&) { return true; }));
  }
  return ModuleAndAction{module, action};
}

Choice& choice_of(std::vector<Choice>& choices, const std::string& module) {
  const auto found = std::ranges::find(choices, module, &Choice::module);
  return found != choices.end() ? *found : choices.emplace_back(Choice{module});
}

// A module that was named as a whole is so, whatever actions of it are named beside that.
Outcome<std::vector<Choice>> read_words(const std::vector<std::string>& words,
                                        const std::vector<KnownModule>& known) {
  std::vector<Choice> choices;
  std::vector<std::string> whole;
  for (const std::string& word : words) {
    const auto found = find_word(word, known);
    if (!found) return tl::unexpected(found.error());
    Choice& choice = choice_of(choices, found->module->name);
    if (found->action.empty()) {
      whole.push_back(choice.module);
    } else if (std::ranges::find(choice.actions, found->action) == choice.actions.end()) {
      choice.actions.push_back(found->action);
    }
  }
  for (const std::string& module : whole) choice_of(choices, module).actions.clear();
  return choices;
}

Outcome<void> add_values(std::vector<Choice>& choices, const std::string& option,
                         const std::optional<std::string>& text,
                         const std::vector<KnownModule>& known) {
  if (!text || *text == word_for_nothing) return {};
  for (const KnownModule& module : known) {
    const Topic* topic = find_topic(module.name);
    if (topic == nullptr || topic->option != option) continue;
    auto values = read_values(module, *text);
    if (!values) return invalid(option + ": " + values.error().detail);
    choice_of(choices, module.name).values = std::move(*values);
    return {};
  }
  return invalid(option + " is about a module that is not installed");
}

const Argument* listed_of(const Choice& choice, const KnownModule& module) {
  for (const KnownAction& action : module.actions) {
    const bool is_chosen = choice.actions.empty() ||
                           std::ranges::find(choice.actions, action.name) != choice.actions.end();
    const Argument* listed = is_chosen ? listed_argument(module.name, action) : nullptr;
    if (listed != nullptr) return listed;
  }
  return nullptr;
}

// What no rule may leave open has to be listed; of a module that is not built in, by hand.
Outcome<void> check_choice(const Choice& choice, const KnownModule& module) {
  const Topic* topic = find_topic(module.name);
  const Argument* listed = listed_of(choice, module);
  if (topic != nullptr && listed != nullptr && choice.values.empty()) {
    return invalid("--allow " + module.name + " needs " + std::string(topic->option) +
                   ", a list of what each " + listed->name + " may be");
  }
  if (topic != nullptr || listed == nullptr) return {};
  if (choice.actions.empty() && !usual_actions(module).empty()) return {};
  return invalid("--allow " + module.name + ": a rule has to list each " + listed->name +
                 " that it means; write that one by hand, as POLICY.md says");
}

}  // namespace

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> elements;
  for (;;) {
    const std::size_t end = std::min(text.find(','), text.size());
    std::string_view element = text.substr(0, end);
    element.remove_prefix(std::min(element.find_first_not_of(' '), element.size()));
    element = element.substr(0, element.find_last_not_of(' ') + 1);
    elements.emplace_back(element);
    if (end == text.size()) return elements;
    text.remove_prefix(end + 1);
  }
}

bool is_offered(const KnownModule& module) {
  return std::ranges::none_of(common_topics(),
                              [&](const Topic& topic) { return topic.module == module.name; });
}

Outcome<std::vector<Choice>> read_choices(const std::optional<std::string>& allow,
                                          const std::optional<std::string>& units,
                                          const std::optional<std::string>& recipients,
                                          const std::vector<KnownModule>& known) {
  const bool is_nothing = !allow || *allow == word_for_nothing;
  auto choices = read_words(is_nothing ? std::vector<std::string>() : split_list(*allow), known);
  if (!choices) return choices;
  const auto added = add_values(*choices, "--units", units, known).and_then([&] {
    return add_values(*choices, "--recipients", recipients, known);
  });
  if (!added) return tl::unexpected(added.error());
  std::vector<Choice> sorted;
  for (const KnownModule& module : known) {
    const auto found = std::ranges::find(*choices, module.name, &Choice::module);
    if (found == choices->end()) continue;
    if (auto checked = check_choice(*found, module); !checked) {
      return tl::unexpected(checked.error());
    }
    sorted.push_back(std::move(*found));
  }
  return sorted;
}

Outcome<std::vector<std::string>> read_values(const KnownModule& module, std::string_view text) {
  std::vector<std::string> values;
  for (const KnownAction& action : module.actions) {
    const Argument* argument = listed_argument(module.name, action);
    if (argument == nullptr) continue;
    ArgumentType one = argument->type;
    one.is_list = false;
    for (std::string& value : split_list(text)) {
      const auto checked = check_value(one, value);
      if (!checked) {
        return invalid("'" + value + "': " + checked.error().detail);
      }
      // A condition takes it for a range (POLICY.md).
      if (value.find("..") != std::string::npos) {
        return invalid("no rule can name '" + value + "', which has .. in it");
      }
      if (std::ranges::find(values, value) == values.end()) values.push_back(std::move(value));
    }
    return values;
  }
  return invalid(module.name + " has no values to list");
}

Outcome<std::optional<Choice>> read_actions(const KnownModule& module, std::string_view text) {
  if (text == word_for_nothing) return std::nullopt;
  if (text == "all") return Choice{module.name};
  Choice choice{module.name};
  const auto offered = usual_actions(module);
  for (std::string& word : split_list(text)) {
    if (std::ranges::find(offered, word) == offered.end()) {
      return invalid("'" + word + "' is none of its actions here");
    }
    if (std::ranges::find(choice.actions, word) == choice.actions.end()) {
      choice.actions.push_back(std::move(word));
    }
  }
  return choice;
}

}  // namespace mgr::client
