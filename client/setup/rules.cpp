// mgrctl, with the caller's own uid; pure.
#include "client/setup/rules.h"

#include <algorithm>

#include "client/setup/topics.h"

namespace mgr::client {
namespace {

bool contains(const std::vector<std::string>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

bool takes(const KnownModule& module, const std::string& action, std::string_view argument) {
  const KnownAction* known = find_action(module, action);
  return known != nullptr &&
         std::ranges::find(known->arguments, argument, &Argument::name) != known->arguments.end();
}

// Those of them that are chosen and installed. What was chosen by its name and no rule of the topic
// has goes with the first that narrows what it takes.
std::vector<std::string> actions_of(const Topic& topic, const TopicRule& rule, const Choice& choice,
                                    const KnownModule& module) {
  std::vector<std::string> actions;
  for (std::string& action : words_of(rule.actions)) {
    const bool is_chosen = choice.actions.empty() || contains(choice.actions, action);
    if (is_chosen && find_action(module, action) != nullptr) actions.push_back(std::move(action));
  }
  if (&rule != topic.rules.data()) return actions;
  const auto has_rule = [&](const std::string& action) {
    return std::ranges::any_of(topic.rules, [&](const TopicRule& each) {
      return contains(words_of(each.actions), action);
    });
  };
  for (const std::string& action : choice.actions) {
    if (!has_rule(action) && takes(module, action, rule.argument)) actions.push_back(action);
  }
  return actions;
}

// Chosen by name, without a rule of the topic and without what its first rule narrows.
std::vector<std::string> left_over(const Choice& choice, const std::vector<SetupRule>& rules) {
  std::vector<std::string> actions;
  for (const std::string& action : choice.actions) {
    const bool has_rule = std::ranges::any_of(
        rules, [&](const SetupRule& rule) { return contains(rule.actions, action); });
    if (!has_rule) actions.push_back(action);
  }
  return actions;
}

void add_topic(const Topic& topic, const Choice& choice, const KnownModule& module,
               std::vector<SetupRule>& all) {
  std::vector<SetupRule> rules;
  for (const TopicRule& rule : topic.rules) {
    auto actions = actions_of(topic, rule, choice, module);
    if (actions.empty()) continue;
    SetupRule made{"", module.name,           std::move(actions), std::string(rule.argument),
                   {}, std::string(rule.rate)};
    if (!rule.value.empty()) made.values.emplace_back(rule.value);
    if (!rule.argument.empty() && rule.value.empty()) made.values = choice.values;
    rules.push_back(std::move(made));
  }
  auto rest = left_over(choice, rules);
  if (!rest.empty()) rules.push_back({"", module.name, std::move(rest)});
  if (!rules.empty()) rules.front().about = module.summary;
  std::ranges::move(rules, std::back_inserter(all));
}

void add_choice(const Choice& choice, const std::vector<KnownModule>& known,
                std::vector<SetupRule>& all) {
  const KnownModule* module = find_module(known, choice.module);
  if (module == nullptr) return;
  if (const Topic* topic = find_topic(module->name)) return add_topic(*topic, choice, *module, all);
  auto actions = choice.actions.empty() ? usual_actions(*module) : choice.actions;
  if (!actions.empty()) all.push_back({module->summary, module->name, std::move(actions)});
}

}  // namespace

std::vector<std::string> usual_actions(const KnownModule& module) {
  std::vector<std::string> actions;
  if (const Topic* topic = find_topic(module.name)) {
    for (const TopicRule& rule : topic->rules) {
      for (std::string& action : words_of(rule.actions)) {
        const bool is_new = !contains(actions, action);
        if (is_new && find_action(module, action) != nullptr) actions.push_back(std::move(action));
      }
    }
    return actions;
  }
  for (const KnownAction& action : module.actions) {
    if (listed_argument(module.name, action) == nullptr) actions.push_back(action.name);
  }
  return actions;
}

std::vector<SetupRule> rules_of(const Answers& answers, const std::vector<KnownModule>& known) {
  std::vector<SetupRule> rules;
  if (answers.web_user.empty() || answers.allowed.empty()) return rules;
  for (const Topic& topic : common_topics()) {
    const KnownModule* module = find_module(known, topic.module);
    if (module == nullptr) continue;
    const std::size_t before = rules.size();
    add_topic(topic, {std::string(topic.module)}, *module, rules);
    if (rules.size() > before) rules[before].about = topic.words;
  }
  for (const Choice& choice : answers.allowed) add_choice(choice, known, rules);
  return rules;
}

bool wants_key(const std::vector<SetupRule>& rules, const std::vector<KnownModule>& known) {
  return std::ranges::any_of(rules, [&](const SetupRule& rule) {
    const KnownModule* module = find_module(known, rule.module);
    return module != nullptr && std::ranges::any_of(rule.actions, [&](const std::string& name) {
             const KnownAction* action = find_action(*module, name);
             return action != nullptr && action->min_proof == Proof::signature;
           });
  });
}

const Argument* listed_argument(const std::string& module, const KnownAction& action) {
  const Topic* topic = find_topic(module);
  for (const Argument& argument : action.arguments) {
    if (argument.type.listed) return &argument;
    if (topic == nullptr || topic->option.empty()) continue;
    for (const TopicRule& rule : topic->rules) {
      if (rule.value.empty() && rule.argument == argument.name) return &argument;
    }
  }
  return nullptr;
}

}  // namespace mgr::client
