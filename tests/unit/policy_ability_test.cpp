// What a policy makes of an action whatever its arguments are: held against the decision itself.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "policy/decide.h"

namespace mgr {
namespace {

Rule rule_of(bool allow, std::vector<std::size_t> who, std::vector<Condition> where = {},
             std::string action = "start") {
  Rule rule;
  rule.allow = allow;
  rule.who = std::move(who);
  rule.modules = {"scan"};
  rule.actions = {std::move(action)};
  rule.where = std::move(where);
  return rule;
}

Principal named(const char* name, std::vector<uid_t> uids, std::vector<gid_t> gids = {},
                std::vector<uid_t> members = {}) {
  Principal principal;
  principal.name = name;
  principal.uids = std::move(uids);
  principal.gids = std::move(gids);
  principal.member_uids = std::move(members);
  return principal;
}

Policy policy_of(std::vector<Rule> rules) {
  Principal anyone;
  anyone.name = anyone_principal;
  anyone.is_anyone = true;
  return {{anyone, named("one", {1}), named("group", {}, {7}, {1, 2})}, std::move(rules)};
}

Argument integer(const char* name) { return {name, {TypeKind::integer}, true, ""}; }
const std::vector<Argument> declared{integer("n"), {"t", {TypeKind::string}, false, ""}};
const Condition few{"n", {{1, 9}}, {}};

Ability ability_of(std::vector<Rule> rules, const Subject& subject = {1, {}}) {
  static std::vector<std::unique_ptr<Decider>> alive;  // an Ability points into its policy
  alive.push_back(std::make_unique<Decider>(policy_of(std::move(rules))));
  return alive.back()->ability(subject, "scan", "start", declared);
}

TEST(Ability, IsNoneWithoutARule) {
  EXPECT_FALSE(ability_of({}).is_some());
  EXPECT_FALSE(ability_of({rule_of(true, {1}, {}, "stop")}).is_some());
  EXPECT_FALSE(ability_of({rule_of(true, {1})}, {3, {}}).is_some());
}

TEST(Ability, HasTheConditionsOfWhatAllows) {
  const Ability one = ability_of({rule_of(true, {1}, {few})});
  EXPECT_TRUE(one.is_some());
  EXPECT_FALSE(one.always);
  ASSERT_EQ(one.allows.size(), 1U);
  EXPECT_EQ(one.allows.front()->where.front().argument, "n");
  EXPECT_TRUE(ability_of({rule_of(true, {1}, {few}), rule_of(true, {0}, {}, "*")}).always);
}

TEST(Ability, ADenyWithoutConditionsLeavesNothingAndOneWithThemIsTold) {
  EXPECT_FALSE(ability_of({rule_of(true, {1}), rule_of(false, {0}, {}, "*")}).is_some());
  const Ability some = ability_of({rule_of(true, {1}), rule_of(false, {1}, {few})});
  EXPECT_TRUE(some.is_some());
  EXPECT_EQ(some.denies.size(), 1U);
}

TEST(Ability, AMemberByTheUserDatabaseAloneIsDeniedAndNotAllowed) {
  const Subject shed{2, {}};
  EXPECT_FALSE(ability_of({rule_of(true, {2})}, shed).is_some());
  EXPECT_TRUE(ability_of({rule_of(true, {2})}, {2, {7}}).is_some());
  EXPECT_FALSE(ability_of({rule_of(true, {0}), rule_of(false, {2})}, shed).is_some());
}

TEST(Ability, PassesOverConditionsThatCannotHold) {
  EXPECT_FALSE(ability_of({rule_of(true, {1}, {{"other", {{1, 2}}, {}}})}).is_some());
  EXPECT_FALSE(ability_of({rule_of(true, {1}, {{"n", {}, {"text"}}})}).is_some());
  EXPECT_FALSE(ability_of({rule_of(true, {1}, {{"t", {{1, 2}}, {}}})}).is_some());
  EXPECT_EQ(ability_of({rule_of(false, {1}, {{"other", {{1, 2}}, {}}})}).denies.size(), 0U);
  EXPECT_EQ(ability_of({rule_of(false, {1}, {{"t", {{1, 2}}, {}}})}).denies.size(), 1U);
}

TEST(Ability, ARuleAboutSeveralOfOnesPrincipalsIsToldOnce) {
  EXPECT_EQ(ability_of({rule_of(true, {0, 1, 2}, {few})}, {1, {7}}).allows.size(), 1U);
}

TEST(Ability, IsBoundedAndSaysSo) {
  std::vector<Rule> rules(Ability::most_rules, rule_of(true, {1}, {few}));
  EXPECT_FALSE(ability_of(rules).more);
  rules.push_back(rules.front());
  EXPECT_EQ(ability_of(rules).allows.size(), Ability::most_rules);
  EXPECT_TRUE(ability_of(rules).more);
  rules.push_back(rule_of(true, {1}));
  EXPECT_TRUE(ability_of(rules).always) << "also behind those that are not told";
}

// For every request: what an ability says is what decide() does.
TEST(Ability, AgreesWithTheDecision) {
  std::mt19937 chance(5);
  const auto below = [&](unsigned limit) { return static_cast<unsigned>(chance() % limit); };
  const auto holds = [](const Rule& rule, std::int64_t n, const std::string& t) {
    return std::ranges::all_of(rule.where, [&](const Condition& condition) {
      if (condition.argument == "n" && condition.ranges.empty()) return !rule.allow;
      if (condition.argument == "n") {
        return condition.ranges[0].least <= n && n <= condition.ranges[0].most;
      }
      if (condition.texts.empty()) return !rule.allow;
      return std::ranges::find(condition.texts, t) != condition.texts.end();
    });
  };
  for (int round = 0; round < 2000; ++round) {
    std::vector<Rule> rules;
    for (unsigned i = below(6); i > 0; --i) {
      std::vector<Condition> where;
      const std::int64_t least = below(3);
      if (below(2)) where.push_back({"n", {{least, least + below(2)}}, {}});
      if (below(3) == 0) where.push_back({"t", {}, {below(2) ? "x" : "y"}});
      if (below(8) == 0) where.push_back({"t", {{0, 9}}, {}});
      rules.push_back(rule_of(below(3) > 0, {below(3)}, where, below(2) ? "start" : "*"));
    }
    const Decider decider(policy_of(rules));
    const Subject subject{below(3), below(2) ? std::vector<gid_t>{7} : std::vector<gid_t>{}};
    const Ability ability = decider.ability(subject, "scan", "start", declared);
    for (std::int64_t n = 0; n < 4; ++n) {
      for (const char* t : {"x", "y"}) {
        const auto any = [&](const auto& of) {
          return std::ranges::any_of(of, [&](const Rule* rule) { return holds(*rule, n, t); });
        };
        const bool told =
            ability.is_some() && (ability.always || any(ability.allows)) && !any(ability.denies);
        const ArgumentValues values{{"n", {n}}, {"t", {std::string(t)}}};
        EXPECT_EQ(decider.decide(subject, "scan", "start", values).has_value(), told) << round;
      }
    }
  }
}

}  // namespace
}  // namespace mgr
