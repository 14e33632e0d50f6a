// The module `job`: what it takes, and what it plans.
#include <gtest/gtest.h>

#include "modules/job_module.h"

namespace mgr {
namespace {

class JobPlans : public testing::Test {
 protected:
  // As a request goes: its arguments checked against the action's, then planned.
  Result<Effect> plan(const std::string& action, const std::vector<FieldView>& given) {
    const Action* row = module_.find(action);
    if (row == nullptr) return fail(ErrorCode::unknown_action, action);
    const auto arguments = check_arguments(row->arguments, given);
    if (!arguments) return tl::unexpected(arguments.error());
    const auto decision = decider_.decide({}, "job", action, *arguments);
    return row->handler({*decision, caller_, *arguments});
  }
  template <typename Planned>
  Planned planned(const std::string& action, const std::vector<FieldView>& given) {
    auto effect = plan(action, given);
    EXPECT_TRUE(effect) << effect.error().detail;
    return effect ? std::get<Planned>(std::move(*effect)) : Planned{};
  }

  static Policy all_allowed() {
    Policy policy;
    policy.principals = {{anyone_principal, {}, {}, {}, true}};
    Rule rule;
    rule.allow = true;
    rule.who = {0};
    rule.modules = {"job"};
    rule.actions = {"*"};
    policy.rules = {rule};
    return policy;
  }

  const JobModule module_;
  const Decider decider_{all_allowed()};
  const CallerFacts caller_;
};

TEST_F(JobPlans, ANumberIsFromOneToTheLargestId) {
  for (const char* id : {"0", "-1", "9007199254740992", "99999999999999999999", "x", "+1", "1x",
                         "01", "0x1", "", "1,2"}) {
    const auto effect = plan("show", {{"id", id}});
    ASSERT_FALSE(effect) << id;
    EXPECT_EQ(effect.error().code, ErrorCode::invalid_argument) << id;
  }
  const auto query = planned<QueryJobs>("show", {{"id", "9007199254740991"}});
  EXPECT_EQ(query.selection.ids, (std::vector<std::uint64_t>{9007199254740991}));
  EXPECT_TRUE(query.details);
}

TEST_F(JobPlans, AListIsNarrowedByStateModuleAndCaller) {
  const auto query = planned<QueryJobs>(
      "list",
      {{"state", "queued,timed-out"}, {"of_module", "scan"}, {"caller", "33"}, {"limit", "7"}});
  EXPECT_EQ(query.selection.states, (std::vector<std::string>{"queued", "timed-out"}));
  EXPECT_EQ(query.selection.module, "scan");
  EXPECT_EQ(query.selection.uid, 33U);
  EXPECT_EQ(query.selection.most, 7U);
  EXPECT_FALSE(plan("list", {{"state", "dead"}}));
  EXPECT_FALSE(plan("list", {{"caller", "-1"}}));
  EXPECT_FALSE(plan("list", {{"caller", "4294967295"}})) << "the unset uid is nobody";
}

TEST_F(JobPlans, AStopNamesItsJobsInOneWay) {
  EXPECT_FALSE(plan("stop", {}));
  EXPECT_FALSE(plan("stop", {{"mine", "no"}}));
  EXPECT_FALSE(plan("stop", {{"ids", "1"}, {"mine", "yes"}}));
  EXPECT_EQ(planned<StopJobs>("stop", {{"ids", "3,1"}}).selection.ids,
            (std::vector<std::uint64_t>{3, 1}));
  EXPECT_EQ(planned<StopJobs>("stop", {{"key", "scan:17"}}).selection.keys,
            (std::vector<std::string>{"scan:17"}));
  const auto mine = planned<StopJobs>("stop", {{"mine", "yes"}}).selection;
  EXPECT_TRUE(mine.mine && mine.alive_only);
  EXPECT_EQ(mine.most, SIZE_MAX) << "all of them";
  EXPECT_EQ(planned<StopJobs>("stop", {{"of_module", "scan"}}).selection.module, "scan");
}

TEST_F(JobPlans, WaitsForAllThatAreNamed) {
  const auto wait = planned<WaitForJobs>("wait", {{"ids", "5,6"}, {"limit", "60"}});
  EXPECT_EQ(wait.selection.ids, (std::vector<std::uint64_t>{5, 6}));
  EXPECT_EQ(wait.limit, std::chrono::seconds(60));
  EXPECT_EQ(planned<WaitForJobs>("wait", {{"ids", "5"}}).limit.count(), 0);
  EXPECT_FALSE(plan("wait", {}));
}

TEST_F(JobPlans, OutputIsOneJobsAndOnlyAFollowGoesOn) {
  const auto output = planned<FollowJob>("output", {{"id", "5"}, {"tail", "10"}});
  EXPECT_EQ(output.id, 5U);
  EXPECT_EQ(output.tail, 10U);
  EXPECT_FALSE(output.live);
  EXPECT_TRUE(planned<FollowJob>("follow", {{"id", "5"}}).live);
  EXPECT_FALSE(plan("output", {{"id", "5"}, {"tail", "0"}}));
}

TEST_F(JobPlans, OnlyWhatChangesSomethingIsAnEffectAndOnlyAStreamStreams) {
  const std::vector<std::pair<std::string, std::vector<FieldView>>> requests{
      {"list", {}},
      {"show", {{"id", "1"}}},
      {"wait", {{"ids", "1"}}},
      {"output", {{"id", "1"}}},
      {"follow", {{"id", "1"}}},
      {"watch", {}},
      {"stop", {{"ids", "1"}}},
      {"prune", {}}};
  ASSERT_EQ(requests.size(), module_.actions().size());
  for (const auto& [action, given] : requests) {
    const auto effect = plan(action, given);
    ASSERT_TRUE(effect) << action;
    EXPECT_EQ(has_effect(*effect), action == "stop" || action == "prune") << action;
    EXPECT_EQ(is_stream(*effect), action == "output" || action == "follow" || action == "watch")
        << action;
  }
}

}  // namespace
}  // namespace mgr
