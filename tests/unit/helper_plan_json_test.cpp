// What a dry run tells.
#include <gtest/gtest.h>

#include "helper/plan_json.h"

namespace mgr {
namespace {

Rule some_rule() {
  Rule rule;
  rule.file = "/etc/mgr/policy.toml";
  rule.line = 14;
  return rule;
}

Action of_mode(std::optional<RunMode> mode) {
  Action action;
  action.mode = mode;
  action.run_json = R"({"user":"bind"})";
  return action;
}

JobPlan plan_of(std::vector<std::string> argv) {
  JobPlan plan;
  plan.run.argv = std::move(argv);
  plan.run.user = "bind";
  plan.run.uid = plan.run.gid = 105;
  return plan;
}

TEST(PlanJson, HasTheExactArgvAndWhatAPathStandsFor) {
  JobPlan plan = plan_of({"/bin/x", "a \"b\"", "", "/proc/self/fd/10"});
  plan.key = "scan:1";
  plan.run.paths = {{"/srv", "a/b", PathKind::file}};
  plan.run.input = InputKind::body;
  plan.input = "what nobody is told";
  Rule rule = some_rule();
  rule.rate = {30, 60};
  Action action = of_mode(RunMode::output);
  action.confirm = true;
  EXPECT_EQ(plan_object(action, rule, StartJobs{{plan, plan_of({"/bin/y"})}}).value(),
            R"({"decision":"allow","rule":"/etc/mgr/policy.toml:14","confirm":true,)"
            R"("rate":"30/min","mode":"output","run":{"user":"bind"},"jobs":[{"key":"scan:1",)"
            R"("argv":["/bin/x","a \"b\"","","/proc/self/fd/10"],"paths":[{"as":)"
            R"("/proc/self/fd/10","root":"/srv","beneath":"a/b"}],"input":"body"},)"
            R"({"key":"","argv":["/bin/y"],"paths":[],"input":"nothing"}]})");
}

TEST(PlanJson, TellsHowAJobStandsToOthersAndItsDelay) {
  JobPlan plan = plan_of({"/bin/x"});
  const auto jobs = [&] {
    const auto told = plan_object(of_mode(RunMode::job), some_rule(), StartJobs{{plan}}).value();
    return told.substr(told.find(R"("input")"));
  };
  EXPECT_EQ(jobs(), R"("input":"nothing"}]})");
  plan.others = OtherJobs::waited_for;
  plan.delay = std::chrono::minutes(10);
  EXPECT_EQ(jobs(), R"("input":"nothing","others":"waited_for","delay_ms":600000}]})");
  plan.others = OtherJobs::conflict;
  plan.delay = std::chrono::milliseconds(0);
  EXPECT_EQ(jobs(), R"("input":"nothing","others":"conflict"}]})");
}

TEST(PlanJson, NeverHasASecret) {
  JobPlan plan = plan_of({"/bin/x"});
  plan.run.input = InputKind::secret;
  plan.input = "hunter2\n";
  const auto told = plan_object(of_mode(RunMode::job), some_rule(), StartJobs{{plan}}).value();
  EXPECT_EQ(told.find("hunter2"), std::string::npos);
  EXPECT_NE(told.find(R"("input":"secret")"), std::string::npos);
}

TEST(PlanJson, HasAWordForWhatStartsNothing) {
  const auto word = [](const Effect& effect) {
    return plan_object(of_mode(std::nullopt), some_rule(), effect).value();
  };
  const std::string head = R"({"decision":"allow","rule":"/etc/mgr/policy.toml:14","effect":")";
  EXPECT_EQ(word(Reply{"{}"}), head + R"(reply"})");
  EXPECT_EQ(word(StopJobs{}), head + R"(stop_jobs"})");
  EXPECT_EQ(word(PruneJobs{}), head + R"(prune_jobs"})");
  EXPECT_EQ(word(TellAbilities{}), head + R"(tell_abilities"})");
  EXPECT_EQ(word(TellStats{}), head + R"(tell_stats"})");
}

TEST(PlanJson, FailsAsTheJobWouldWhereThereIsNoSuchUser) {
  JobPlan plan = plan_of({"/bin/x"});
  plan.run.uid = UINT32_MAX;
  const auto told = plan_object(of_mode(RunMode::job), some_rule(), StartJobs{{plan}});
  ASSERT_FALSE(told);
  EXPECT_EQ(told.error().code, ErrorCode::failed);
  EXPECT_EQ(told.error().detail, "this machine has no user bind");
}

}  // namespace
}  // namespace mgr
