// The modules: pure planners, tested without root and without a process.
#include <gtest/gtest.h>

#include "modules/command.h"
#include "modules/registry.h"
#include "modules/schema.h"

namespace mgr {
namespace {

DeclaredModule scan_declared() {
  DeclaredAction start;
  start.name = "start";
  start.run.argv = {"/usr/bin/mgr-scan", "-t", "{task_id}"};
  start.run.uid = 123;
  DeclaredModule module;
  module.name = "scan";
  module.actions = {start};
  return module;
}

std::unique_ptr<Registry> registry_of(const std::vector<DeclaredModule>& declared) {
  auto registry = Registry::build(declared, "{}");
  EXPECT_TRUE(registry) << registry.error().detail;
  return std::move(*registry);
}

// Plans as an allowed caller would: through a decision, since there is no other way to an Allowed.
Result<Effect> plan(const Registry& registry, const std::string& module, const std::string& action,
                    const ArgumentValues& arguments) {
  Policy policy;
  policy.principals = {{anyone_principal, {}, {}, {}, true}};
  Rule rule;
  rule.allow = true;
  rule.who = {0};
  rule.modules = {module};
  rule.actions = {"*"};
  policy.rules = {rule};
  const Decider decider(policy);
  const auto decision = decider.decide({}, module, action, arguments);
  const auto entry = registry.find(module, action);
  if (!entry) return tl::unexpected(entry.error());
  CallerFacts caller;
  caller.transport = "unix";
  caller.subject = {33, {33, 4}};
  caller.principals = {"anyone", "web"};
  return entry->action->handler({*decision, caller, arguments});
}

ArgumentValues tasks(std::vector<Scalar> items) { return {{"task_ids", std::move(items)}}; }

TEST(Scan, StartsOneJobATaskEachOnce) {
  const auto registry = registry_of({scan_declared()});
  const auto effect = plan(*registry, "scan", "start", tasks({1, 2, 1}));
  ASSERT_TRUE(effect);
  const auto& jobs = std::get<StartJobs>(*effect).jobs;
  ASSERT_EQ(jobs.size(), 2u);
  EXPECT_EQ(jobs[0].key, "scan:1");
  EXPECT_EQ(jobs[0].run.argv, (std::vector<std::string>{"/usr/bin/mgr-scan", "-t", "1"}));
  EXPECT_EQ(jobs[1].key, "scan:2");
  EXPECT_EQ(jobs[1].run.uid, 123u);
}

TEST(Scan, StopAndStatusNameTheirTasksKeys) {
  const auto registry = registry_of({scan_declared()});
  EXPECT_EQ(std::get<StopJobs>(*plan(*registry, "scan", "stop", tasks({7}))).selection.keys,
            std::vector<std::string>{"scan:7"});
  EXPECT_TRUE(std::get<QueryJobs>(*plan(*registry, "scan", "status", {})).selection.keys.empty());
  EXPECT_TRUE(std::get<QueryJobs>(*plan(*registry, "scan", "list", {})).selection.alive_only);
}

TEST(Scan, WithoutACommandFailsAndSaysSo) {
  const auto registry = registry_of({});
  const auto effect = plan(*registry, "scan", "start", tasks({1}));
  ASSERT_FALSE(effect);
  EXPECT_NE(effect.error().detail.find("modules.d"), std::string::npos);
}

TEST(Registry, MatchesNamesToTheLetter) {
  const auto registry = registry_of({scan_declared()});
  EXPECT_TRUE(registry->find("scan", "start"));
  EXPECT_TRUE(registry->find("SCAN_MODULE", "start"));
  for (const auto& [module, action] :
       std::vector<std::pair<std::string, std::string>>{{"Scan", "start"},
                                                        {"scan_module", "start"},
                                                        {"scan", "START"},
                                                        {"scan.start", ""},
                                                        {"scan", "__init__"},
                                                        {"", ""},
                                                        {"scan", ""},
                                                        {"scan", "*"},
                                                        {"*", "*"}}) {
    EXPECT_FALSE(registry->find(module, action)) << module << ' ' << action;
  }
}

TEST(Registry, ScanStartsJobsAndNothingElse) {
  for (const RunMode mode : {RunMode::output, RunMode::stream}) {
    DeclaredModule scan = scan_declared();
    scan.actions[0].run.mode = mode;
    scan.actions[0].file = "scan.toml";
    scan.actions[0].line = 3;
    const auto registry = Registry::build({scan}, "");
    ASSERT_FALSE(registry);
    EXPECT_EQ(registry.error().detail, "scan.toml:3: scan's start has mode \"job\" and no other");
  }
}

TEST(Registry, EveryActionOfEveryModuleIsDeniedWithoutARule) {
  const auto registry = registry_of({scan_declared()});
  Policy empty;
  empty.principals = {{anyone_principal, {}, {}, {}, true}};
  const Decider decider(empty);
  for (const auto& module : registry->modules()) {
    for (const Action& action : module->actions()) {
      EXPECT_FALSE(decider.decide({0, {0}}, module->name(), action.name, {})) << action.name;
      EXPECT_FALSE(action.summary.empty());
      EXPECT_TRUE(is_name(action.name)) << action.name;
      for (const Argument& argument : action.arguments)
        EXPECT_FALSE(is_reserved_name(argument.name));
    }
  }
}

TEST(Registry, RefusesAModuleThatTakesABuiltInPlace) {
  DeclaredModule mgr;
  mgr.name = "mgr";
  mgr.file = "x.toml";
  mgr.line = 3;
  const auto registry = Registry::build({mgr}, "{}");
  ASSERT_FALSE(registry);
  EXPECT_NE(registry.error().detail.find("x.toml:3"), std::string::npos);
}

TEST(Declared, RunsItsCommandAsAJob) {
  DeclaredModule module = scan_declared();
  module.name = "backup";
  const auto registry = registry_of({module});
  const auto effect = plan(*registry, "backup", "start", {{"task_id", {std::int64_t{5}}}});
  ASSERT_TRUE(effect);
  EXPECT_EQ(std::get<StartJobs>(*effect).jobs[0].run.argv[2], "5");
}

TEST(Schema, TellsBrokerAndClientsTheSame) {
  const auto registry = registry_of({scan_declared()});
  const auto schema = broker_schema(*registry);
  ASSERT_EQ(schema.size(), 3u);
  EXPECT_EQ(schema[0].aliases, std::vector<std::string>{"SCAN_MODULE"});
  const std::string json = schema_json(*registry);
  EXPECT_NE(json.find("\"task_ids\""), std::string::npos);
  EXPECT_NE(json.find("\"list of int\""), std::string::npos);
}

TEST(Schema, IsWhatModulesAnswers) {
  const auto registry = Registry::build({}, "{\"modules\":[]}");
  EXPECT_EQ(std::get<Reply>(*plan(**registry, "mgr", "modules", {})).data, "{\"modules\":[]}");
}

TEST(Whoami, TellsWhatTheKernelTold) {
  const auto registry = registry_of({});
  const auto effect = plan(*registry, "mgr", "whoami", {});
  EXPECT_EQ(
      std::get<Reply>(*effect).data,
      R"({"transport":"unix","uid":33,"gid":0,"pid":0,"groups":[33,4],"principals":["anyone","web"]})");
}

// Promise 2: no argument becomes an option, a path or an extra argument that its type does not
// allow.
TEST(Command, NeverSplitsAnElement) {
  const ArgumentValues values{{"x", {std::string("a b;$(id)`id`\\\" {y}")}},
                              {"y", {std::string("no")}}};
  const auto argv = expand_command({"/bin/echo", "pre{x}post", "{y}"}, values);
  ASSERT_TRUE(argv);
  EXPECT_EQ(*argv, (std::vector<std::string>{"/bin/echo", "prea b;$(id)`id`\\\" {y}post", "no"}));
}

TEST(Command, ExpandsAListToElements) {
  const ArgumentValues values{{"l", {std::int64_t{1}, std::int64_t{2}}}};
  EXPECT_EQ(*expand_command({"/x", "{l...}", "{l}"}, values),
            (std::vector<std::string>{"/x", "1", "2", "1,2"}));
  EXPECT_EQ(expand_command({"/x", "{missing}"}, values).error().code, ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace mgr
