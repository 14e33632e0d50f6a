// The module service: a pure planner, tested without root and without systemd.
#include <gtest/gtest.h>

#include <algorithm>

#include "modules/schema.h"
#include "tests/unit/module_support.h"

namespace mgr {
namespace {

const std::vector<std::string> changes{"start", "stop", "restart", "reload"};

DeclaredAction command(const std::string& name, RunMode mode, std::vector<std::string> argv) {
  DeclaredAction action;
  action.name = name;
  action.run.argv = std::move(argv);
  action.run.mode = mode;
  action.file = "service.toml";
  action.line = 7;
  return action;
}

DeclaredModule declared() {
  DeclaredModule module;
  module.name = "service";
  for (const std::string& action : changes) {
    module.actions.push_back(
        command(action, RunMode::job, {"/bin/systemctl", action, "--", "{unit}"}));
  }
  module.actions.push_back(
      command("status", RunMode::output, {"/bin/mgr-service", "status", "--", "{unit}"}));
  module.actions.push_back(
      command("logs", RunMode::output, {"/bin/journalctl", "--unit={unit}", "--lines={lines}"}));
  return module;
}

std::string refusal_of(const DeclaredModule& module) {
  const auto registry = Registry::build({module}, {"{}", {}});
  return registry ? "none" : registry.error().detail;
}

// Checks the arguments as a request's are, and plans.
Result<JobPlan> plan(const std::string& action, const std::vector<FieldView>& fields,
                     const DeclaredModule& module = declared()) {
  const auto registry = registry_of({module});
  const auto entry = registry->find("service", action);
  if (!entry) return tl::unexpected(entry.error());
  const auto arguments = check_arguments(entry->action->arguments, fields);
  if (!arguments) return tl::unexpected(arguments.error());
  const auto effect = mgr::plan(*registry, "service", action, *arguments);
  if (!effect) return tl::unexpected(effect.error());
  const auto& jobs = std::get<StartJobs>(*effect).jobs;
  EXPECT_EQ(jobs.size(), 1U);
  return jobs.front();
}

TEST(Service, AChangeIsAJobOfItsUnit) {
  for (const std::string& action : changes) {
    const auto job = plan(action, {{"unit", "nginx.service"}});
    ASSERT_TRUE(job) << job.error().detail;
    EXPECT_EQ(job->key, "service:nginx.service");
    EXPECT_EQ(job->run.argv,
              (std::vector<std::string>{"/bin/systemctl", action, "--", "nginx.service"}));
    EXPECT_EQ(job->run.mode, RunMode::job);
    ASSERT_EQ(job->arguments.size(), 1U);
    EXPECT_EQ(job->arguments[0].value, "nginx.service");
  }
}

TEST(Service, AQuestionHasNoKeySoThatItWaitsForNobody) {
  const auto status = plan("status", {{"unit", "fstrim.timer"}});
  ASSERT_TRUE(status);
  EXPECT_EQ(status->key, "");
  EXPECT_EQ(status->run.argv.back(), "fstrim.timer");
  EXPECT_EQ(status->run.mode, RunMode::output);
}

TEST(Service, LogsAreTheLastHundredLinesWhereNothingIsSaid) {
  const auto some = plan("logs", {{"unit", "a@b.service"}});
  ASSERT_TRUE(some) << some.error().detail;
  EXPECT_EQ(some->run.argv,
            (std::vector<std::string>{"/bin/journalctl", "--unit=a@b.service", "--lines=100"}));
  const auto all = plan("logs", {{"lines", "1000"}, {"unit", "a@b.service"}});
  ASSERT_TRUE(all) << all.error().detail;
  EXPECT_EQ(all->run.argv.back(), "--lines=1000");
  for (const char* lines : {"0", "1001", "-1", "all", "+1", "1e3", "01", "", " 1"}) {
    const auto none = plan("logs", {{"lines", lines}, {"unit", "a.service"}});
    ASSERT_FALSE(none) << lines;
    EXPECT_EQ(none.error().code, ErrorCode::invalid_argument) << lines;
  }
}

TEST(Service, TakesWholeNamesOfFourTypes) {
  for (const char* unit :
       {"nginx.service", "ssh.socket", "fstrim.timer", "x.path", "getty@tty1.service",
        "a\\x2db.service", "a.target.service", "dbus-org.freedesktop.login1.service"}) {
    for (const std::string& action : changes) EXPECT_TRUE(plan(action, {{"unit", unit}})) << unit;
  }
}

TEST(Service, RefusesWhatIsNoSuchName) {
  for (const char* unit : {"reboot.target",
                           "dev-x.device",
                           "/dev/x",
                           "home.mount",
                           "a.automount",
                           "a.swap",
                           "a.slice",
                           "a.scope",
                           "-.mount",
                           "nginx",
                           "nginx.",
                           "nginx.service.",
                           "nginx.Service",
                           "ngin?",
                           "ngin?.service",
                           "*.service",
                           "[a-z].service",
                           "getty@.service",
                           "@tty1.service",
                           "../a.service",
                           "/etc/a.service",
                           "a.service b.service",
                           "a.service,b.service",
                           "--help",
                           "-a.service",
                           "a.service;id",
                           "$(id).service",
                           "",
                           "a\\x2D.service",
                           "a.serviced"}) {
    for (const char* action : {"start", "stop", "restart", "reload", "status", "logs"}) {
      const auto job = plan(action, {{"unit", unit}});
      ASSERT_FALSE(job) << unit;
      EXPECT_EQ(job.error().code, ErrorCode::invalid_argument) << unit;
    }
  }
}

TEST(Service, SaysWhatItWantsToWhomLeavesTheTypeAway) {
  EXPECT_EQ(plan("start", {{"unit", "nginx"}}).error().detail,
            "unit: must be the whole name of a unit, such as ssh.service, of the types service "
            "socket timer path");
  EXPECT_EQ(plan("start", {}).error().detail, "unit: missing");
  EXPECT_EQ(plan("start", {{"unit", "a.service"}, {"lines", "1"}}).error().detail,
            "lines: no such argument");
}

TEST(Service, EveryActionsUnitIsOneThatARuleMustList) {
  const auto registry = registry_of({declared()});
  const auto& modules = registry->modules();
  const auto service =
      std::ranges::find_if(modules, [](const auto& module) { return module->name() == "service"; });
  ASSERT_NE(service, modules.end());
  EXPECT_EQ((*service)->actions().size(), 6U);
  for (const Action& action : (*service)->actions()) {
    ASSERT_FALSE(action.arguments.empty()) << action.name;
    EXPECT_EQ(action.arguments[0].name, "unit");
    EXPECT_TRUE(action.arguments[0].type.listed) << action.name;
    EXPECT_TRUE(action.arguments[0].required) << action.name;
  }
}

TEST(Service, ItsSchemaHasTheTypesOfUnits) {
  EXPECT_NE(schema_json(*registry_of({declared()}))
                .find(R"("name":"unit","type":"unit","required":true,"help":"a unit's whole name, )"
                      R"(such as nginx.service","values":["service","socket","timer","path"])"),
            std::string::npos);
}

TEST(Service, WithoutACommandFailsAndSaysSo) {
  DeclaredModule module = declared();
  module.actions.pop_back();
  const auto logs = plan("logs", {{"unit", "a.service"}}, module);
  ASSERT_FALSE(logs);
  EXPECT_EQ(logs.error().detail, "modules.d names no command for the action logs of service");
}

TEST(Service, ItsFileSaysHowAndNotWhat) {
  DeclaredModule module = declared();
  module.actions[0].run.mode = RunMode::output;
  EXPECT_EQ(refusal_of(module),
            "service.toml:7: the module service: start has mode \"job\" and no other");
  module = declared();
  module.actions[4].run.mode = RunMode::stream;
  EXPECT_EQ(refusal_of(module),
            "service.toml:7: the module service: status has mode \"output\" and no other");
  module = declared();
  module.actions[0].run.argv.emplace_back("{lines}");
  EXPECT_EQ(refusal_of(module),
            "service.toml:7: the module service: start's command names 'lines', which it does not "
            "give");
  module = declared();
  module.actions[0].arguments = {{"unit", {TypeKind::string}, true, ""}};
  EXPECT_EQ(refusal_of(module),
            "service.toml:7: the module service: start takes no arguments but its own");
  module = declared();
  module.actions.push_back(command("enable", RunMode::job, {"/bin/systemctl"}));
  EXPECT_EQ(refusal_of(module),
            "service.toml:7: the module service: has no command of this name to be given");
}

}  // namespace
}  // namespace mgr
