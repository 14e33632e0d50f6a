// The modules: pure planners, tested without root and without a process.
#include <gtest/gtest.h>

#include <map>

#include "modules/registry.h"
#include "tests/unit/module_support.h"

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
    const auto registry = Registry::build({scan}, {"", {}});
    ASSERT_FALSE(registry);
    EXPECT_EQ(registry.error().detail,
              "scan.toml:3: the module scan: start has mode \"job\" and no other");
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

// How strong a proof an action wants is decided here, for each: what one more row wants has to be
// written down twice.
TEST(Registry, EveryActionOfEveryModuleHasTheProofThatWasDecidedForIt) {
  const std::map<std::string, Proof> decided{
      {"scan start", Proof::kernel},
      {"scan stop", Proof::kernel},
      {"scan status", Proof::kernel},
      {"scan list", Proof::kernel},
      {"job list", Proof::kernel},
      {"job show", Proof::kernel},
      {"job wait", Proof::kernel},
      {"job stop", Proof::kernel},
      {"job output", Proof::kernel},
      {"job follow", Proof::kernel},
      {"job watch", Proof::kernel},
      {"job prune", Proof::kernel},
      {"mgr ping", Proof::none},
      {"mgr version", Proof::none},
      {"mgr whoami", Proof::none},
      {"mgr modules", Proof::none},
      {"mgr policy", Proof::kernel},
      {"mgr can-i", Proof::none},
      {"mgr stats", Proof::kernel},
      {"mgr reload", Proof::kernel},
      {"dns start", Proof::kernel},
      {"shutdown cancel", Proof::kernel},
      {"shutdown status", Proof::kernel},
      // As modules.d says, where that names a command; else they fail.
      {"shutdown poweroff", Proof::kernel},
      {"shutdown reboot", Proof::kernel},
      {"shutdown halt", Proof::kernel},
      {"service start", Proof::kernel},
      {"service stop", Proof::kernel},
      {"service restart", Proof::kernel},
      {"service reload", Proof::kernel},
      {"service status", Proof::kernel},
      {"service logs", Proof::kernel},
      {"mail send", Proof::kernel},
  };
  DeclaredModule dns = scan_declared();
  dns.name = "dns";
  const auto registry = registry_of({dns});
  for (const auto& module : registry->modules()) {
    for (const Action& action : module->actions()) {
      const auto found = decided.find(module->name() + ' ' + action.name);
      ASSERT_NE(found, decided.end()) << module->name() << ' ' << action.name;
      EXPECT_EQ(action.min_proof, found->second) << found->first;
      EXPECT_FALSE(action.confirm) << found->first;
    }
  }
}

TEST(Registry, ADeclaredActionSaysWhatItWantsBeforeItRuns) {
  DeclaredModule scan = scan_declared(), dns = scan_declared();
  dns.name = "dns";
  for (DeclaredModule* module : {&scan, &dns}) {
    module->actions[0].min_proof = Proof::signature;
    module->actions[0].confirm = true;
  }
  const auto registry = registry_of({scan, dns});
  for (const char* module : {"scan", "dns"}) {
    const Action& start = *registry->find(module, "start")->action;
    EXPECT_EQ(start.min_proof, Proof::signature) << module;
    EXPECT_TRUE(start.confirm) << module;
  }
  EXPECT_EQ(registry->find("scan", "stop")->action->min_proof, Proof::kernel);
}

TEST(Registry, RefusesAModuleThatTakesABuiltInPlace) {
  for (const char* name : {"mgr", "job"}) {
    DeclaredModule taken;
    taken.name = name;
    taken.file = "x.toml";
    taken.line = 3;
    const auto registry = Registry::build({taken}, {"{}", {}});
    ASSERT_FALSE(registry);
    EXPECT_EQ(registry.error().detail,
              "x.toml:3: the module " + std::string(name) + " is built in");
  }
  DeclaredModule scan = scan_declared();
  scan.actions[0].name = "stop";
  scan.actions[0].file = "x.toml";
  scan.actions[0].line = 4;
  const auto registry = Registry::build({scan}, {"{}", {}});
  ASSERT_FALSE(registry);
  EXPECT_TRUE(registry.error().detail.starts_with("x.toml:4: ")) << registry.error().detail;
}

TEST(Declared, RunsItsCommandAsAJob) {
  DeclaredModule module = scan_declared();
  module.name = "backup";
  module.actions[0].arguments = {{"task_id", {TypeKind::integer}, true, ""}};
  const auto registry = registry_of({module});
  const auto effect = plan(*registry, "backup", "start", {{"task_id", {std::int64_t{5}}}});
  ASSERT_TRUE(effect);
  EXPECT_EQ(std::get<StartJobs>(*effect).jobs[0].run.argv[2], "5");
}

TEST(Schema, IsWhatModulesAnswers) {
  const auto registry = Registry::build({}, {"{\"modules\":[]}", {}});
  EXPECT_EQ(std::get<Reply>(*plan(**registry, "mgr", "modules", {})).data, "{\"modules\":[]}");
}

TEST(Whoami, TellsWhatTheKernelTold) {
  const auto registry = registry_of({});
  const auto effect = plan(*registry, "mgr", "whoami", {});
  EXPECT_EQ(
      std::get<Reply>(*effect).data,
      R"({"transport":"unix","uid":33,"gid":0,"pid":0,"groups":[33,4],"principals":["anyone","web"]})");
}

}  // namespace
}  // namespace mgr
