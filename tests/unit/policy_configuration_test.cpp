// /etc/mgr as a whole, and the files that are shipped.
#include "policy/configuration.h"

#include <linux/capability.h>

#include "policy/decide.h"
#include "tests/unit/policy_temporary_root.h"

namespace mgr {
namespace {

class PolicyConfiguration : public TemporaryRoot {
 protected:
  // "loaded", or the message without `root`.
  std::string load() {
    auto loaded = load_configuration(Paths(root));
    if (!loaded) return without_root(loaded.error().detail);
    configuration = std::move(*loaded);
    return "loaded";
  }
  std::string without_root(const std::string& text) {
    EXPECT_TRUE(text.starts_with(root)) << text;
    return text.substr(root.size());
  }
  void install_default(const std::string& name) {
    std::filesystem::copy_file(std::string(MGR_DEFAULT_POLICY) + "/" + name,
                               root + "/etc/mgr/" + name);
    change_mode("/etc/mgr/" + name, 0644);
  }

  Configuration configuration;
};

TEST_F(PolicyConfiguration, MissingPolicyIsAFailure) {
  EXPECT_EQ(load(), "/etc/mgr/policy.toml: does not exist");
  std::filesystem::remove_all(root + "/etc/mgr");
  EXPECT_EQ(load(), "/etc/mgr: does not exist");
}

TEST_F(PolicyConfiguration, EmptyPolicyLoadsAndGrantsNothing) {
  make_file("/etc/mgr/policy.toml", "");
  std::filesystem::remove_all(root + "/etc/mgr/modules.d");
  EXPECT_EQ(load(), "loaded");
  EXPECT_TRUE(configuration.policy.rules.empty());
  EXPECT_TRUE(configuration.modules.empty());
}

TEST_F(PolicyConfiguration, RefusesLooseFileOfAnyKind) {
  for (const std::string file : {"policy.toml", "modules.d/a.toml", "mgr.toml"}) {
    make_file("/etc/mgr/" + file, "");
  }
  EXPECT_EQ(load(), "loaded");
  for (const std::string file : {"policy.toml", "modules.d", "modules.d/a.toml", "mgr.toml"}) {
    change_mode("/etc/mgr/" + file, 0775);
    EXPECT_EQ(load(), "/etc/mgr/" + file + ": writable by its group (mode 0775)");
    change_mode("/etc/mgr/" + file, 0755);
  }
}

TEST_F(PolicyConfiguration, RefusesLooseRules) {
  make_file("/etc/mgr/policy.toml", "");
  make_folder("/etc/mgr/rules.d");
  EXPECT_EQ(load(), "loaded");
  const std::string file = "/etc/mgr/rules.d/a.toml";
  make_file(file, "");
  EXPECT_EQ(load(), "loaded");
  for (const std::string& path : {file, std::string("/etc/mgr/rules.d")}) {
    change_mode(path, 0775);
    EXPECT_EQ(load(), path + ": writable by its group (mode 0775)");
    change_mode(path, 0757);
    EXPECT_EQ(load(), path + ": writable by others (mode 0757)");
    change_mode(path, 0755);
    change_owner(path, 33);
    EXPECT_EQ(load(), path + ": belongs to uid 33, not to root");
    change_owner(path, 0);
  }
  std::filesystem::create_hard_link(root + file, root + "/etc/second");
  EXPECT_EQ(load(), file + ": has 2 hard links, not 1");
  std::filesystem::remove(root + file);
  std::filesystem::create_symlink("../../second", root + file);
  EXPECT_EQ(load(), file + ": is a symbolic link");
  std::filesystem::remove_all(root + "/etc/mgr/rules.d");
  std::filesystem::create_directory_symlink("modules.d", root + "/etc/mgr/rules.d");
  EXPECT_EQ(load(), "/etc/mgr/rules.d: is a symbolic link");
}

TEST_F(PolicyConfiguration, RefusesRulesTenMegabytesLong) {
  make_file("/etc/mgr/policy.toml", "");
  make_folder("/etc/mgr/rules.d");
  make_file("/etc/mgr/rules.d/a.toml", std::string(10 << 20, '#'));
  EXPECT_EQ(load(), "/etc/mgr/rules.d/a.toml: longer than 1 MiB");
  std::filesystem::remove(root + "/etc/mgr/rules.d/a.toml");
  make_file("/etc/mgr/modules.d/a.toml", std::string(10 << 20, '#'));
  EXPECT_EQ(load(), "/etc/mgr/modules.d/a.toml: longer than 1 MiB");
}

TEST_F(PolicyConfiguration, ReadsRulesInTheOrderOfTheirNames) {
  const auto rule = [](const std::string& who) {
    return "[[allow]]\nwho='" + who + "'\nmodule='a'\naction='x'\n";
  };
  make_file("/etc/mgr/policy.toml", "[[principal]]\nname='p'\nuid=1\n" + rule("p"));
  make_folder("/etc/mgr/rules.d");
  make_file("/etc/mgr/rules.d/90-last.toml", rule("q"));
  make_file("/etc/mgr/rules.d/10-first.toml", "[[principal]]\nname='q'\nuid=2\n" + rule("p"));
  make_file("/etc/mgr/rules.d/.hidden.toml", "what is this?");
  make_file("/etc/mgr/rules.d/README", "what is this?");
  EXPECT_EQ(load(), "loaded");
  std::vector<std::string> places;
  for (const Rule& each : configuration.policy.rules) {
    places.push_back(without_root(each.file) + ":" + std::to_string(each.line));
  }
  EXPECT_EQ(places,
            (std::vector<std::string>{"/etc/mgr/policy.toml:4", "/etc/mgr/rules.d/10-first.toml:4",
                                      "/etc/mgr/rules.d/90-last.toml:1"}));
}

TEST_F(PolicyConfiguration, NamesFileAndLineOfAMistakeInTheRules) {
  make_file("/etc/mgr/policy.toml", "[[principal]]\nname='p'\nuid=1\n");
  make_folder("/etc/mgr/rules.d");
  const std::string rule = "[[allow]]\nwho='p'\nmodule='a'\naction='x'\n";
  const auto fails = [&](const std::string& text) {
    make_file("/etc/mgr/rules.d/b.toml", text);
    return load();
  };
  const std::string b = "/etc/mgr/rules.d/b.toml:";
  EXPECT_EQ(fails(rule + "jbos='all'"), b + "5: unknown key 'jbos'");
  EXPECT_EQ(fails("\n[module.a]"), b + "2: unknown key 'module'");
  EXPECT_EQ(fails("[[allow]]\nwho='z'\nmodule='a'\naction='x'"),
            b + "2: 'who' names 'z', which is no principal");
  const std::string rate = "'rate' must be 1 to 1000000 a s, min, h or d, such as \"30/min\"";
  EXPECT_EQ(fails(rule + "rate='0/min'"), b + "5: " + rate);
  EXPECT_EQ(fails(rule + "rate='30/fortnight'"), b + "5: " + rate);
  EXPECT_EQ(fails("[[principal]]\nname='p'\nuid=1\n"),
            b + "2: 'name' is taken by another principal, at " + root + "/etc/mgr/policy.toml:1");
  make_file("/etc/mgr/rules.d/a.toml", "[[principal]]\nname='q'\nuid=1\n");
  EXPECT_EQ(
      fails("\n[[principal]]\nname='q'\nuid=1\n"),
      b + "3: 'name' is taken by another principal, at " + root + "/etc/mgr/rules.d/a.toml:1");
  EXPECT_EQ(fails(rule), "loaded");
}

TEST_F(PolicyConfiguration, NamesFileAndLineOfAMistake) {
  make_file("/etc/mgr/policy.toml", "");
  make_file("/etc/mgr/mgr.toml", "\nx = 1");
  EXPECT_EQ(load(), "/etc/mgr/mgr.toml:2: unknown key 'x'");
  make_file("/etc/mgr/modules.d/b.toml", "[module.a.action.x]\ncommand = '/bin/x'\n");
  make_file("/etc/mgr/modules.d/a.toml", "\n[module.a.action.x]\ncommand = '/bin/x'\n");
  EXPECT_EQ(load(),
            "/etc/mgr/modules.d/b.toml:1: action 'x' of module 'a' is declared already at " + root +
                "/etc/mgr/modules.d/a.toml:2");
  make_file("/etc/mgr/policy.toml", "\n\nx = 1");
  EXPECT_EQ(load(), "/etc/mgr/policy.toml:3: unknown key 'x'");
}

TEST_F(PolicyConfiguration, RefusesAFileOfTenMebibytesUnread) {
  make_file("/etc/mgr/policy.toml", "");
  make_file("/etc/mgr/modules.d/a.toml", std::string(10 << 20, '\n'));
  EXPECT_EQ(load(), "/etc/mgr/modules.d/a.toml: longer than 1 MiB");
}

class PolicyDefaults : public PolicyConfiguration {
 protected:
  void SetUp() override {
    PolicyConfiguration::SetUp();
    for (const char* name :
         {"policy.toml", "mgr.toml", "modules.d/scan.toml", "modules.d/service.toml"}) {
      install_default(name);
    }
    ASSERT_EQ(load(), "loaded");
  }
};

TEST_F(PolicyDefaults, LoadAndNameTheScanner) {
  ASSERT_EQ(configuration.modules.size(), 2U);
  const DeclaredAction& start = configuration.modules[0].actions.at(0);
  EXPECT_EQ(start.run.argv, (std::vector<std::string>{"/usr/bin/mgr-scan", "-t", "{task_id}"}));
  EXPECT_EQ(start.run.user, "mgr-scan");
  EXPECT_EQ(start.run.stop_grace, std::chrono::seconds(5));
  EXPECT_EQ(start.run.timeout, std::chrono::hours(6));
  EXPECT_EQ(configuration.settings.limits, BrokerLimits{});
}

TEST_F(PolicyDefaults, ReachSystemdWithoutAChoiceOfWords) {
  const DeclaredModule& service = configuration.modules.at(1);
  ASSERT_EQ(service.name, "service");
  ASSERT_EQ(service.actions.size(), 6U);
  for (const DeclaredAction& action : service.actions) {
    const std::vector<std::string>& argv = action.run.argv;
    ASSERT_GE(argv.size(), 4U) << action.name;
    // Behind a `--` or inside an option: a unit is no option of the command.
    const bool is_operand = argv.back() == "{unit}" && argv[argv.size() - 2] == "--";
    EXPECT_TRUE(is_operand || argv.back() == "--unit={unit}") << action.name;
    EXPECT_GT(action.run.timeout.count(), 0) << action.name;
    EXPECT_TRUE(action.run.no_new_privileges) << action.name;
    const bool changes = action.run.mode == RunMode::job;
    EXPECT_EQ(action.run.user, changes ? "root" : "mgr-service") << action.name;
    EXPECT_EQ(action.run.capabilities, changes ? 1U << CAP_NET_BIND_SERVICE : 0U) << action.name;
  }
}

TEST_F(PolicyDefaults, LetNobodyChangeAUnit) {
  const Decider decider(configuration.policy);
  for (const Subject& subject :
       {Subject{}, Subject{0, {0}}, Subject{33, {33}}, Subject{9, {900}}}) {
    for (const char* action : {"start", "stop", "restart", "reload", "status", "logs"}) {
      EXPECT_FALSE(decider.decide(subject, "service", action, {{"unit", {"ssh.service"}}}));
    }
  }
}

TEST_F(PolicyDefaults, LetStrangersPingOnly) {
  const Decider decider(configuration.policy);
  for (const Subject& stranger :
       {Subject{}, Subject{65534, {65534}}, Subject{4000000, {4000000}}}) {
    EXPECT_TRUE(decider.decide(stranger, "mgr", "ping", {}));
    for (const char* action : {"version", "whoami", "modules", "reload", "stats"}) {
      EXPECT_FALSE(decider.decide(stranger, "mgr", action, {})) << action;
    }
    for (const char* action : {"start", "stop", "status", "list"}) {
      EXPECT_FALSE(decider.decide(stranger, "scan", action, {{"task_ids", {1L}}})) << action;
    }
  }
}

TEST_F(PolicyDefaults, LetTheWebScanItsTasks) {
  Policy policy = configuration.policy;
  policy.principals.at(1).uids = {33};  // whatever users this machine has
  const Decider decider(std::move(policy));
  const Subject web{33, {33}};
  const ArgumentValues inside{{"task_ids", {1L, 999L}}}, outside{{"task_ids", {1L, 1000L}}};
  for (const char* action : {"start", "stop", "status"}) {
    const auto decision = decider.decide(web, "scan", action, inside);
    ASSERT_TRUE(decision) << action;
    EXPECT_EQ(decision->jobs(), JobScope::own);
  }
  EXPECT_FALSE(decider.decide(web, "scan", "start", outside));
  EXPECT_FALSE(decider.decide(web, "scan", "stop", outside));
  EXPECT_FALSE(decider.decide(web, "scan", "stop", {}));
  for (const char* action : {"status", "list"}) {
    const auto decision = decider.decide(web, "scan", action, {});
    ASSERT_TRUE(decision) << action;
    EXPECT_EQ(decision->jobs(), JobScope::own);
  }
  EXPECT_TRUE(decider.decide(web, "mgr", "whoami", {}));
  EXPECT_FALSE(decider.decide(web, "mgr", "reload", {}));
}

TEST_F(PolicyDefaults, LetRootDoAll) {
  const Decider decider(configuration.policy);
  const auto decision = decider.decide(Subject{0, {0}}, "scan", "start", {{"task_ids", {5000L}}});
  ASSERT_TRUE(decision);
  EXPECT_EQ(decision->jobs(), JobScope::all);
  EXPECT_TRUE(decider.decide(Subject{0, {0}}, "mgr", "reload", {}));
}

}  // namespace
}  // namespace mgr
