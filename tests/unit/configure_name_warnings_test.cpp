// Rules about things that do not exist, or that no rule is about.
#include <gtest/gtest.h>

#include "helper/configure/name_warnings.h"

namespace mgr {
namespace {

class NameWarnings : public testing::Test {
 protected:
  NameWarnings() {
    rule.allow = true;
    rule.modules = {"scan"};
    rule.actions = {"start"};
    rule.file = "rules.d/a.toml";
    rule.line = 7;
  }
  Result<std::vector<std::string>> look() const {
    const auto registry = Registry::build({tls}, {"{}", {}});
    Policy policy;
    policy.rules = {rule};
    return warn_of_names(policy, **registry);
  }
  std::vector<std::string> warnings() const {
    const auto found = look();
    EXPECT_TRUE(found) << found.error().detail;
    return found.value_or(std::vector<std::string>{});
  }
  using Warnings = std::vector<std::string>;

  Rule rule;
  // upload takes a file, and sign a password and a name; of rename both are strings.
  const DeclaredModule tls{
      "tls",
      "",
      {{"upload", "", {{"file", {TypeKind::blob}, true, ""}}, {}, "m.toml", 2},
       {"sign",
        "",
        {{"password", {TypeKind::secret}, true, ""}, {"name", {TypeKind::string}, true, ""}},
        {},
        "m.toml",
        3},
       {"rename",
        "",
        {{"file", {TypeKind::string}, true, ""}, {"password", {TypeKind::string}, true, ""}},
        {},
        "m.toml",
        4}},
      "m.toml",
      1};
};

TEST_F(NameWarnings, FindsNothingInWhatExists) {
  rule.where = {{"task_ids", {{1, 9}}}};
  EXPECT_EQ(warnings(), Warnings{});
  rule.modules = {"scan", "job"};
  rule.actions = {"start", "prune", "*"};
  rule.where.clear();
  EXPECT_EQ(warnings(), Warnings{});
}

TEST_F(NameWarnings, NamesModulesAndActionsThatDoNotExist) {
  rule.modules = {"scan", "scans", "SCAN_MODULE"};
  EXPECT_EQ(warnings(),
            (Warnings{"rules.d/a.toml:7: 'module' names 'scans', which does not exist",
                      "rules.d/a.toml:7: 'module' names 'SCAN_MODULE', which does not exist"}));
  rule.modules = {"scan", "mgr"};
  rule.actions = {"start", "ping", "strat"};
  EXPECT_EQ(warnings(),
            (Warnings{"rules.d/a.toml:7: 'action' names 'strat', which does not exist"}));
}

TEST_F(NameWarnings, NamesArgumentsThatNoActionTakes) {
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

TEST_F(NameWarnings, NamesConditionsThatCannotMeasureTheirArgument) {
  rule.where = {{"task_ids", {}, {"one"}}};
  EXPECT_EQ(warnings(), (Warnings{"rules.d/a.toml:7: 'where' of 'task_ids' has texts alone, and "
                                  "'task_ids' of the action 'start' is a number: the rule grants "
                                  "nothing there"}));
  rule.allow = false;
  rule.modules = {"job"};
  rule.actions = {"watch"};
  rule.where = {{"of_module", {{1, 9}}}};
  EXPECT_EQ(warnings(), (Warnings{"rules.d/a.toml:7: 'where' of 'of_module' has numbers alone, and "
                                  "'of_module' of the action 'watch' is a text: the rule denies "
                                  "all there"}));
  rule.where = {{"of_module", {{1, 9}}, {"scan"}}};
  EXPECT_EQ(warnings(), Warnings{});
}

TEST_F(NameWarnings, FailsWhereAConditionIsAboutABodyOrASecret) {
  rule.modules = {"tls"};
  for (const auto& [action, argument] : std::vector<std::pair<std::string, std::string>>{
           {"upload", "file"}, {"sign", "password"}, {"*", "file"}, {"*", "password"}}) {
    rule.actions = {action};
    for (const bool allow : {true, false}) {
      rule.allow = allow;
      for (const Condition& condition :
           {Condition{argument, {}, {"swordfish"}}, Condition{argument, {{1, 9}}, {}}}) {
        rule.where = {condition};
        const auto found = look();
        ASSERT_FALSE(found) << action;
        EXPECT_EQ(found.error().detail, "rules.d/a.toml:7: 'where' of '" + argument +
                                            "': no condition is about a body or a secret");
      }
    }
  }
  rule.where = {{"file", {}, {"a"}}, {"password", {}, {"b"}}};
  rule.actions = {"rename"};
  EXPECT_EQ(warnings(), Warnings{});
  rule.where = {{"name", {}, {"a"}}};
  rule.actions = {"sign"};
  EXPECT_EQ(warnings(), Warnings{});
}

TEST_F(NameWarnings, EveryActionStandsForThoseThatTakeTheArgument) {
  rule.actions = {"*"};
  rule.where = {{"task_ids", {{1, 9}}}};
  EXPECT_EQ(warnings(), Warnings{});
  rule.where = {{"taskids", {{1, 9}}}};
  EXPECT_EQ(warnings().size(), 1U);
}

}  // namespace
}  // namespace mgr
