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
  DeclaredModule tls{
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

TEST_F(NameWarnings, NamesTextsThatAreNoValueOfTheirArgument) {
  const auto warned = [&](const std::string& text) {
    return Warnings{"rules.d/a.toml:7: 'where' of '" + rule.where.front().argument + "' has \"" +
                    text + "\", which is no value of it: the rule " +
                    (rule.allow ? "grants" : "denies") + " nothing by that"};
  };
  rule.modules = {"service"};
  rule.actions = {"restart", "logs"};
  for (const bool allow : {true, false}) {
    rule.allow = allow;
    for (const std::string text : {"*", "nginx", "ngin?.service", "getty@.service", "nginx.Service",
                                   "reboot.target", "-x.service"}) {
      rule.where = {{"unit", {}, {"nginx.service", text, "ssh"}}};
      EXPECT_EQ(warnings(), warned(text));
    }
  }
  rule.modules = {"shutdown"};
  rule.actions = {"*"};
  rule.where = {{"force", {}, {"true"}}};
  EXPECT_EQ(warnings(), warned("true"));
  rule.modules = {"mail"};
  for (const std::string text : {"*", "*@example.org", "root@", "a,b", "@example.org"}) {
    rule.where = {{"to", {}, {text}}};
    EXPECT_EQ(warnings(), warned(text));
  }
  rule.where = {{"to", {}, {"root", "a.b+c@example.org"}}};
  EXPECT_EQ(warnings(), Warnings{});
  rule.where = {{"to", {}, {std::string(100000, 'x')}}};
  EXPECT_LT(warnings().front().size(), 500U);
  rule.where = {{"to", {}, {"\u202e\x1b"}}};
  EXPECT_EQ(warnings(), warned("\\u202e\\u001b"));
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

class ListedArguments : public NameWarnings {
 protected:
  // restart takes a unit that is to be listed, wait a number of that kind, status neither.
  ListedArguments() {
    ArgumentType unit{TypeKind::unit}, number{TypeKind::integer};
    unit.listed = number.listed = true;
    tls.actions = {{"restart", "", {{"unit", unit, true, ""}}, {}, "m.toml", 2},
                   {"wait", "", {{"n", number, false, ""}}, {}, "m.toml", 3},
                   {"status", "", {}, {}, "m.toml", 4}};
    rule.modules = {"tls"};
    rule.actions = {"restart"};
  }
  std::string error() const {
    const auto found = look();
    return found ? "" : found.error().detail;
  }
  const std::string unit_wanted =
      "rules.d/a.toml:7: the action 'restart' wants each rule to list its 'unit': write where = { "
      "unit = [\"…\", \"…\"] }, in a rule of its own where other actions take none";
};

TEST_F(ListedArguments, AnAllowThatListsNoneIsNoRule) {
  EXPECT_EQ(error(), unit_wanted);
  rule.actions = {"status", "restart"};
  EXPECT_EQ(error(), unit_wanted);
  rule.actions = {"wait"};
  EXPECT_NE(error().find("to list its 'n': write where = { n = [1, \"5..9\"] }"),
            std::string::npos);
}

TEST_F(ListedArguments, NeitherEveryActionNorManyModulesAreAWayAround) {
  rule.actions = {"*"};
  EXPECT_EQ(error(), unit_wanted);
  rule.modules = {"scan", "mgr", "tls"};
  EXPECT_EQ(error(), unit_wanted);
  rule.modules = {"not-there", "tls"};
  rule.actions = {"start", "restart"};
  EXPECT_EQ(error(), unit_wanted);
  // Each argument that is to be listed, of each action.
  rule.modules = {"tls"};
  rule.actions = {"*"};
  rule.where = {{"n", {{1, 2}}, {}}};
  EXPECT_EQ(error(), unit_wanted);
}

TEST_F(ListedArguments, AConditionAboutAnotherArgumentIsNoList) {
  rule.where = {{"units", {}, {"a.service"}}};
  EXPECT_EQ(error(), unit_wanted);
}

TEST_F(ListedArguments, ARuleThatListsThemLoads) {
  rule.where = {{"unit", {}, {"nginx.service"}}};
  EXPECT_EQ(warnings(), Warnings{});
  rule.modules = {"scan"};
  rule.actions = {"*"};
  rule.where.clear();
  EXPECT_EQ(warnings(), Warnings{});
  rule.modules = {"tls"};
  rule.actions = {"status"};
  EXPECT_EQ(warnings(), Warnings{});
}

TEST_F(ListedArguments, ADenyNeedNotListThem) {
  rule.allow = false;
  rule.actions = {"*"};
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
