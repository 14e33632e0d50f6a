// Of random policies: a rule that is called dead decides no request, whoever makes it.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "policy/decide.h"
#include "policy/lint/coverage.h"

namespace mgr {
namespace {

class Chance {
 public:
  explicit Chance(unsigned seed) : engine_(seed) {}
  unsigned below(unsigned end) {
    return std::uniform_int_distribution<unsigned>(0, end - 1)(engine_);
  }
  bool once_in(unsigned times) { return below(times) == 0; }

 private:
  std::mt19937 engine_;
};

constexpr unsigned ids = 4;  // uids and gids are 1 to 4, few enough to meet often

std::vector<unsigned> some_ids(Chance& chance) {
  std::vector<unsigned> some;
  for (unsigned id = 1; id <= ids; ++id) {
    if (chance.once_in(3)) some.push_back(id);
  }
  return some;
}

std::vector<std::string> some_of(Chance& chance, const std::vector<std::string>& all) {
  std::vector<std::string> some;
  for (const std::string& each : all) {
    if (chance.once_in(2)) some.push_back(each);
  }
  if (some.empty()) some.push_back(all[chance.below(static_cast<unsigned>(all.size()))]);
  return some;
}

Condition random_condition(Chance& chance) {
  Condition condition{chance.once_in(2) ? "n" : "m", {}, {}};
  for (unsigned i = 0; i < chance.below(3); ++i) {
    const auto least = static_cast<std::int64_t>(chance.below(5));
    condition.ranges.push_back({least, least + static_cast<std::int64_t>(chance.below(4))});
  }
  if (chance.once_in(3) || condition.ranges.empty()) {
    condition.texts = some_of(chance, {"a", "b", "c"});
  }
  return condition;
}

Rule random_rule(Chance& chance, std::size_t principals) {
  Rule rule;
  rule.allow = !chance.once_in(3);
  rule.who = {chance.below(static_cast<unsigned>(principals))};
  if (chance.once_in(2)) rule.who.push_back(chance.below(static_cast<unsigned>(principals)));
  rule.modules = some_of(chance, {"x", "y"});
  rule.actions = chance.once_in(3) ? std::vector<std::string>{"*"} : some_of(chance, {"s", "t"});
  for (unsigned i = 0; i < chance.below(3); ++i) rule.where.push_back(random_condition(chance));
  rule.file = "policy.toml";
  return rule;
}

Policy random_policy(Chance& chance) {
  Policy policy;
  policy.principals.push_back({"anyone", {}, {}, {}, true});
  for (unsigned i = 0; i < 4; ++i) {
    policy.principals.push_back({"p", some_ids(chance), some_ids(chance), some_ids(chance), false});
    if (chance.once_in(2)) policy.principals.back().gids.clear();
    if (policy.principals.back().gids.empty()) policy.principals.back().member_uids.clear();
    if (chance.once_in(2)) policy.principals.back().keys = some_of(chance, {"k1", "k2", "k3"});
    if (chance.once_in(6)) policy.principals.back().uids.clear();
  }
  for (unsigned i = 0; i < 5; ++i) policy.rules.push_back(random_rule(chance, 5));
  for (unsigned i = 0; i < policy.rules.size(); ++i) policy.rules[i].line = i + 1;
  return policy;
}

struct Question {
  Subject subject;
  std::string module, action;
  ArgumentValues arguments;
};

Scalar random_scalar(Chance& chance) {
  if (chance.once_in(3)) return std::string(1, static_cast<char>('a' + chance.below(4)));
  return static_cast<std::int64_t>(chance.below(9));
}

Question random_question(Chance& chance) {
  Question question{{}, chance.once_in(2) ? "x" : "y", chance.once_in(2) ? "s" : "t", {}};
  if (!chance.once_in(9)) question.subject = {1 + chance.below(ids), some_ids(chance)};
  if (chance.once_in(3)) question.subject = {{}, {}, "k" + std::to_string(1 + chance.below(3))};
  for (const char* name : {"n", "m"}) {
    ArgumentValue value{name, {}};
    for (unsigned i = 0; i < chance.below(3); ++i) value.items.push_back(random_scalar(chance));
    if (!value.items.empty()) question.arguments.push_back(value);
  }
  return question;
}

// The line of the rule that decided; 0 for none.
unsigned line_of(const Decision& decision) {
  if (decision) return decision->rule().line;
  return decision.error().rule == nullptr ? 0 : decision.error().rule->line;
}

TEST(LintCoverage, CallsNoRuleDeadThatDecides) {
  unsigned dead = 0;
  for (unsigned seed = 0; seed < 1500; ++seed) {
    Chance chance(seed);
    const Policy policy = random_policy(chance);
    const Decider decider(policy);
    Coverage coverage(policy);
    std::vector<unsigned> never;  // lines
    for (std::size_t i = 0; i < policy.rules.size(); ++i) {
      const bool nobody = is_for_nobody(policy, policy.rules[i]);
      const bool shadowed = policy.rules[i].allow && coverage.rule_instead_of(i) != nullptr;
      if (nobody || shadowed) never.push_back(policy.rules[i].line);
    }
    dead += static_cast<unsigned>(never.size());
    for (unsigned i = 0; i < 100; ++i) {
      const Question question = random_question(chance);
      const unsigned line = line_of(
          decider.decide(question.subject, question.module, question.action, question.arguments));
      ASSERT_EQ(std::ranges::count(never, line), 0) << "seed " << seed << ", rule " << line;
    }
  }
  EXPECT_GT(dead, 500U);
}

TEST(LintCoverage, CallsNoDenyIdleThatTakesSomethingAway) {
  unsigned idle = 0;
  for (unsigned seed = 0; seed < 1500; ++seed) {
    Chance chance(seed);
    const Policy policy = random_policy(chance);
    Policy without = policy;
    Coverage coverage(policy);
    const auto is_idle = [&](const Rule& rule) { return !rule.allow && !coverage.may_take(rule); };
    idle += static_cast<unsigned>(std::erase_if(without.rules, is_idle));
    const Decider whole(policy), rest(without);
    for (unsigned i = 0; i < 100; ++i) {
      const Question question = random_question(chance);
      const auto allows = [&](const Decider& decider) {
        return decider
            .decide(question.subject, question.module, question.action, question.arguments)
            .has_value();
      };
      ASSERT_EQ(allows(whole), allows(rest)) << "seed " << seed;
    }
  }
  EXPECT_GT(idle, 15U);
}

Rule rule_for(std::size_t who, bool allow) {
  Rule rule;
  rule.allow = allow;
  rule.who = {who};
  rule.modules = {"x"};
  rule.actions = {"s"};
  return rule;
}

TEST(LintCoverage, GivesUpAndThenFindsNothing) {
  Policy policy;
  policy.principals.push_back({"anyone", {}, {}, {}, true});
  for (unsigned i = 0; i < 400; ++i) {
    policy.principals.push_back({"p", {1000 + i}, {}, {}, false});
    policy.rules.push_back(rule_for(i + 1, i > 0));
  }
  policy.rules.push_back(rule_for(2, true));
  Coverage whole(policy), cut(policy, 100);
  EXPECT_FALSE(whole.may_take(policy.rules[0]));
  EXPECT_EQ(whole.rule_instead_of(400), &policy.rules[1]);
  EXPECT_FALSE(whole.has_given_up());
  EXPECT_TRUE(cut.may_take(policy.rules[0]));
  EXPECT_TRUE(cut.has_given_up());
  EXPECT_EQ(cut.rule_instead_of(400), nullptr);
}

}  // namespace
}  // namespace mgr
