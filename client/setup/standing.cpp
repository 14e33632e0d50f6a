// mgrctl, with the caller's own uid; pure.
#include "client/setup/standing.h"

#include <algorithm>

#include "client/setup/topics.h"
#include "client/word_list.h"

namespace mgr::client {
namespace {

bool contains(const auto& list, const auto& item) {
  return std::ranges::find(list, item) != list.end();
}

bool is_common(const std::string& module) {
  return std::ranges::any_of(common_topics(),
                             [&](const Topic& topic) { return topic.module == module; });
}

// Whether both mean an action of that module.
bool may_meet(const Rule& rule, const std::string& module, const SetupRule& mine) {
  if (mine.module != module) return false;
  return contains(rule.actions, std::string("*")) ||
         std::ranges::any_of(rule.actions, [&](const std::string& action) {
           return contains(mine.actions, action);
         });
}

std::string where_of(const Rule& rule) {
  std::string text;
  for (const Condition& condition : rule.where) {
    text +=
        (text.empty() ? ", where " : " and ") + condition.argument + " is " + wanted_by(condition);
  }
  return text;
}

void add_rule(const Rule& rule, const std::string& module, const std::string& who,
              const std::vector<SetupRule>& rules, Standing& standing) {
  const bool is_chosen = std::ranges::any_of(
      rules, [&](const SetupRule& mine) { return may_meet(rule, module, mine); });
  const std::string what = who + " " + module + " " + word_list(rule.actions) + where_of(rule);
  if (!rule.allow) {
    if (is_chosen) standing.denied.push_back(place_of(rule) + " denies " + what);
    return;
  }
  (is_chosen ? standing.granted : standing.unchosen).push_back(place_of(rule) + " allows " + what);
}

const KnownAction* known_action(const std::vector<KnownModule>& known, const std::string& module,
                                const std::string& action) {
  const KnownModule* found = find_module(known, module);
  return found == nullptr ? nullptr : find_action(*found, action);
}

// "1..999" is a range.
std::string first_value(const SetupRule& rule) {
  const std::string& value = rule.values.front();
  return value.substr(0, value.find(".."));
}

bool can_be_asked(const SetupRule& rule, const KnownAction& action) {
  return action.min_proof != Proof::signature &&
         std::ranges::all_of(action.arguments, [&](const Argument& argument) {
           return !argument.required || argument.name == rule.argument;
         });
}

}  // namespace

Standing standing_of(const Policy& policy, const std::string& own_file, const Grantee& caller,
                     const std::vector<SetupRule>& rules) {
  const Decider decider(policy);
  const auto is_callers = [&](const Rule& rule) {
    const auto principals = decider.principals_of(caller.subject, !rule.allow);
    return std::ranges::any_of(rule.who, [&](std::size_t who) {
      return contains(principals, std::string_view(policy.principals[who].name));
    });
  };
  Standing standing;
  for (const Rule& rule : policy.rules) {
    if (rule.file == own_file || !is_callers(rule)) continue;
    for (const std::string& module : rule.modules) {
      if (!is_common(module)) add_rule(rule, module, caller.user, rules, standing);
    }
  }
  return standing;
}

mgr::Question sample_question(const std::vector<SetupRule>& rules,
                              const std::vector<KnownModule>& known, const Grantee& caller) {
  for (const SetupRule& rule : rules) {
    if (is_common(rule.module)) continue;
    for (const std::string& name : rule.actions) {
      const KnownAction* action = known_action(known, rule.module, name);
      if (action == nullptr || !can_be_asked(rule, *action)) continue;
      mgr::Question question{caller, rule.module, name, {}};
      if (!rule.argument.empty()) question.arguments.push_back({rule.argument, first_value(rule)});
      return question;
    }
  }
  return {caller, "mgr", "whoami", {}};
}

}  // namespace mgr::client
