// What makes two rules the same to a rate.
#include "helper/configure/rule_identity.h"

#include <gtest/gtest.h>

#include <set>

namespace mgr {
namespace {

Rule web_scans() {
  Rule rule;
  rule.allow = true;
  rule.who = {1};
  rule.modules = {"scan"};
  rule.actions = {"start"};
  rule.rate = {30, 60};
  rule.file = "policy.toml";
  rule.line = 4;
  return rule;
}

Policy policy_of(std::vector<Rule> rules) {
  Policy policy;
  policy.principals = {{anyone_principal, {}, {}, {}, true}, {"web", {33}, {}, {}, false}};
  policy.rules = std::move(rules);
  number_rules(policy);
  return policy;
}

TEST(RuleIdentity, IsThatOfWhatItSaysWhereverItStands) {
  const Policy before = policy_of({web_scans()});
  Policy after;
  after.principals = {{anyone_principal, {}, {}, {}, true},
                      {"more", {34}, {}, {}, false},
                      {"web", {33, 35}, {}, {}, false}};
  Rule moved = web_scans();
  moved.who = {2};
  moved.file = "rules.d/50-web.toml";
  moved.line = 1;
  after.rules = {moved};
  number_rules(after);
  EXPECT_EQ(before.rules[0].identity, after.rules[0].identity);
  EXPECT_NE(before.rules[0].identity, 0U);
}

TEST(RuleIdentity, DiffersWithEverythingThatItSays) {
  std::vector<Rule> rules(9, web_scans());
  rules[1].who = {0};
  rules[2].who = {0, 1};
  rules[3].modules = {"scan", "start"};
  rules[4].actions = {"*"};
  rules[5].where = {{"task_ids", {{1, 9}}}};
  rules[6].jobs = JobScope::all;
  rules[7].rate = {30, 3600};
  rules[8].allow = false;
  std::set<std::uint64_t> identities;
  for (const Rule& rule : policy_of(rules).rules) identities.insert(rule.identity);
  EXPECT_EQ(identities.size(), rules.size());
}

}  // namespace
}  // namespace mgr
