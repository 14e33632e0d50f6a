// Rules about things that do not exist.
#include <gtest/gtest.h>

#include "helper/configure/lint.h"

namespace mgr {
namespace {

class Lint : public testing::Test {
 protected:
  Lint() {
    rule.allow = true;
    rule.modules = {"scan"};
    rule.actions = {"start"};
    rule.file = "rules.d/a.toml";
    rule.line = 7;
  }
  std::vector<std::string> warnings() const {
    const auto registry = Registry::build({}, "{}");
    Policy policy;
    policy.rules = {rule};
    return lint_policy(policy, **registry);
  }
  using Warnings = std::vector<std::string>;

  Rule rule;
};

TEST_F(Lint, FindsNothingInWhatExists) {
  rule.where = {{"task_ids", {{1, 9}}}};
  EXPECT_EQ(warnings(), Warnings{});
  rule.modules = {"scan", "job"};
  rule.actions = {"start", "prune", "*"};
  rule.where.clear();
  EXPECT_EQ(warnings(), Warnings{});
}

TEST_F(Lint, NamesModulesAndActionsThatDoNotExist) {
  rule.modules = {"scan", "scans", "SCAN_MODULE"};
  EXPECT_EQ(warnings(),
            (Warnings{"rules.d/a.toml:7: 'module' names 'scans', which does not exist",
                      "rules.d/a.toml:7: 'module' names 'SCAN_MODULE', which does not exist"}));
  rule.modules = {"scan", "mgr"};
  rule.actions = {"start", "ping", "strat"};
  EXPECT_EQ(warnings(),
            (Warnings{"rules.d/a.toml:7: 'action' names 'strat', which does not exist"}));
}

TEST_F(Lint, NamesArgumentsThatNoActionTakes) {
  rule.actions = {"start", "list"};
  rule.where = {{"task_ids", {{1, 9}}}};
  EXPECT_EQ(warnings(), (Warnings{"rules.d/a.toml:7: 'where' of 'task_ids' never holds for the "
                                  "action 'list', which takes no such argument: the rule grants "
                                  "nothing there"}));
  rule.allow = false;
  rule.actions = {"start"};
  rule.where = {{"task_id", {{1, 9}}}};
  EXPECT_EQ(warnings(), (Warnings{"rules.d/a.toml:7: 'where' of 'task_id' never holds for the "
                                  "action 'start', which takes no such argument: the rule denies "
                                  "nothing there"}));
}

TEST_F(Lint, NamesConditionsThatCannotMeasureTheirArgument) {
  rule.where = {{"task_ids", {}, {"one"}}};
  EXPECT_EQ(warnings(), (Warnings{"rules.d/a.toml:7: 'where' of 'task_ids' holds no number, which "
                                  "that of 'start' is: the rule grants nothing there"}));
  rule.allow = false;
  rule.modules = {"job"};
  rule.actions = {"watch"};
  rule.where = {{"of_module", {{1, 9}}}};
  EXPECT_EQ(warnings(), (Warnings{"rules.d/a.toml:7: 'where' of 'of_module' holds no text, which "
                                  "that of 'watch' is: the rule denies all there"}));
  rule.where = {{"of_module", {{1, 9}}, {"scan"}}};
  EXPECT_EQ(warnings(), Warnings{});
}

TEST_F(Lint, EveryActionStandsForThoseThatTakeTheArgument) {
  rule.actions = {"*"};
  rule.where = {{"task_ids", {{1, 9}}}};
  EXPECT_EQ(warnings(), Warnings{});
  rule.where = {{"taskids", {{1, 9}}}};
  EXPECT_EQ(warnings().size(), 1U);
}

}  // namespace
}  // namespace mgr
