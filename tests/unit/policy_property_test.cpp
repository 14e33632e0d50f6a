// Random policies of several files, decided by the index and by reading the rules from top to
// bottom.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "policy/decide.h"

namespace mgr {
namespace {

class Chance {
 public:
  explicit Chance(unsigned seed) : engine_(seed) {}
  // 0 to below - 1.
  unsigned below(unsigned limit) { return static_cast<unsigned>(engine_() % limit); }
  bool one_in(unsigned limit) { return below(limit) == 0; }

 private:
  std::mt19937 engine_;
};

std::string pick(Chance& chance, std::initializer_list<const char*> names) {
  return names.begin()[chance.below(static_cast<unsigned>(names.size()))];
}

Principal random_principal(Chance& chance, std::size_t number) {
  Principal principal;
  principal.name = "p" + std::to_string(number);
  for (unsigned i = chance.below(3); i > 0; --i) principal.uids.push_back(chance.below(6));
  for (unsigned i = chance.below(3); i > 0; --i) principal.gids.push_back(chance.below(6));
  for (unsigned i = chance.below(3); i > 0; --i) principal.member_uids.push_back(chance.below(6));
  return principal;
}

Condition random_condition(Chance& chance) {
  Condition condition{pick(chance, {"a", "b"}), {}, {}};
  const std::int64_t least = chance.below(5);
  if (!chance.one_in(3)) condition.ranges = {{least, least + chance.below(3)}, {9, 9}};
  if (condition.ranges.empty() || chance.one_in(3)) {
    for (unsigned i = 1 + chance.below(2); i > 0; --i) {
      condition.texts.push_back(pick(chance, {"x", "y", "3", "yes"}));
    }
  }
  return condition;
}

Rule random_rule(Chance& chance, std::size_t principals) {
  Rule rule;
  rule.allow = !chance.one_in(3);
  for (unsigned i = chance.below(3); i > 0; --i) {
    rule.who.push_back(chance.below(static_cast<unsigned>(principals)));
  }
  for (unsigned i = 1 + chance.below(2); i > 0; --i) {
    rule.modules.push_back(pick(chance, {"scan", "mgr", "dns"}));
    rule.actions.push_back(pick(chance, {"start", "stop", "*"}));
  }
  for (unsigned i = chance.below(3); i > 0; --i) rule.where.push_back(random_condition(chance));
  return rule;
}

Policy random_policy(Chance& chance) {
  Policy policy;
  policy.principals = {{anyone_principal, {}, {}, {}, true}};
  for (std::size_t i = 1; i < 6; ++i) policy.principals.push_back(random_principal(chance, i));
  // Lines begin anew in each file: what counts is the order of the files.
  for (const char* file : {"policy.toml", "rules.d/a.toml", "rules.d/b.toml"}) {
    const unsigned count = chance.below(7);
    for (unsigned line = 1; line <= count; ++line) {
      Rule rule = random_rule(chance, policy.principals.size());
      rule.file = file;
      rule.line = line;
      policy.rules.push_back(std::move(rule));
    }
  }
  return policy;
}

struct Question {
  Subject subject;
  std::string module, action;
  ArgumentValues arguments;
};

Question random_question(Chance& chance) {
  Question question;
  if (!chance.one_in(8)) question.subject.uid = chance.one_in(8) ? 65534 : chance.below(6);
  for (unsigned i = chance.below(3); i > 0; --i) question.subject.gids.push_back(chance.below(6));
  question.module = pick(chance, {"scan", "mgr", "dns", "mail"});
  question.action = pick(chance, {"start", "stop", "list"});
  for (const char* name : {"a", "b"}) {
    if (chance.one_in(2)) continue;
    ArgumentValue value{name, {}};
    for (unsigned i = 1 + chance.below(2); i > 0; --i) {
      if (chance.one_in(3)) {
        value.items.emplace_back(std::string(pick(chance, {"x", "y", "z", "3"})));
      } else if (chance.one_in(8)) {
        value.items.emplace_back(chance.one_in(2));
      } else {
        value.items.emplace_back(static_cast<std::int64_t>(chance.below(8)));
      }
    }
    question.arguments.push_back(value);
  }
  return question;
}

template <typename T>
bool has(const std::vector<T>& values, const T& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

bool is_principal(const Principal& principal, const Subject& subject, bool by_entry_too) {
  if (principal.is_anyone) return true;
  if (!subject.uid || *subject.uid == 65534) return false;
  if (has(principal.uids, *subject.uid)) return true;
  if (by_entry_too && has(principal.member_uids, *subject.uid)) return true;
  for (const gid_t gid : subject.gids) {
    if (has(principal.gids, gid)) return true;
  }
  return false;
}

// Numbers are measured by ranges, and all else by texts; what has nothing to be measured by is
// whatever grants less.
bool is_inside(const Condition& condition, bool allow, const Scalar& item) {
  if (const auto* number = std::get_if<std::int64_t>(&item)) {
    bool inside = !allow && condition.ranges.empty();
    for (const IntegerRange& range : condition.ranges) {
      if (*number >= range.least && *number <= range.most) inside = true;
    }
    return inside;
  }
  if (condition.texts.empty()) return !allow;
  if (const auto* truth = std::get_if<bool>(&item)) {
    return has(condition.texts, std::string(*truth ? "yes" : "no"));
  }
  return has(condition.texts, std::get<std::string>(item));
}

bool condition_holds(const Condition& condition, bool allow, const ArgumentValues& arguments) {
  bool found = false, all = true, any = false;
  for (const ArgumentValue& value : arguments) {
    if (value.name != condition.argument) continue;
    for (const Scalar& item : value.items) {
      found = true;
      const bool inside = is_inside(condition, allow, item);
      all = all && inside;
      any = any || inside;
    }
  }
  return found && (allow ? all : any);
}

bool rule_applies(const Policy& policy, const Rule& rule, const Question& question) {
  bool who = false;
  for (const std::size_t principal : rule.who) {
    if (is_principal(policy.principals[principal], question.subject, !rule.allow)) who = true;
  }
  if (!who || !has(rule.modules, question.module)) return false;
  if (!has(rule.actions, question.action) && !has(rule.actions, std::string("*"))) return false;
  for (const Condition& condition : rule.where) {
    if (!condition_holds(condition, rule.allow, question.arguments)) return false;
  }
  return true;
}

const Rule* first_applying(const Policy& policy, bool allow, const Question& question) {
  for (const Rule& rule : policy.rules) {
    if (rule.allow == allow && rule_applies(policy, rule, question)) return &rule;
  }
  return nullptr;
}

TEST(PolicyProperty, DecidesAsReadingTheRulesFromTopToBottomDoes) {
  unsigned allows = 0, denies = 0, defaults = 0;
  for (unsigned seed = 0; seed < 2000; ++seed) {
    Chance chance(seed);
    const Decider decider(random_policy(chance));
    for (int i = 0; i < 50; ++i) {
      const Question question = random_question(chance);
      const Rule* const deny = first_applying(decider.policy(), false, question);
      const Rule* const allow = first_applying(decider.policy(), true, question);
      const auto decision =
          decider.decide(question.subject, question.module, question.action, question.arguments);
      ASSERT_EQ(decision.has_value(), deny == nullptr && allow != nullptr) << "seed " << seed;
      if (decision) {
        ASSERT_EQ(&decision->rule(), allow) << "seed " << seed;
      } else {
        ASSERT_EQ(decision.error().rule, deny) << "seed " << seed;
      }
      ++(decision ? allows : deny != nullptr ? denies : defaults);
    }
  }
  // All three outcomes were really tried.
  EXPECT_GT(allows, 1000U);
  EXPECT_GT(denies, 1000U);
  EXPECT_GT(defaults, 1000U);
}

}  // namespace
}  // namespace mgr
