// Which of the jobs that wait may run.
#include "helper/jobs/schedule.h"

#include <gtest/gtest.h>

#include <vector>

namespace mgr {
namespace {

JobSpec job(std::uint64_t id, const std::string& action, std::uint32_t max_running = 0,
            const std::string& lock = "", std::uint32_t queue = 1000) {
  JobSpec spec;
  spec.id = id;
  spec.module = "test";
  spec.action = action;
  spec.run.max_running = max_running;
  spec.run.lock = lock;
  spec.run.queue = queue;
  return spec;
}

// Runs all that may, and tells which.
std::vector<std::uint64_t> run_all(Schedule& schedule, const std::vector<JobSpec>& jobs) {
  std::vector<std::uint64_t> ran;
  while (const std::uint64_t id = schedule.next()) {
    for (const JobSpec& spec : jobs) {
      if (spec.id == id) schedule.run(spec);
    }
    ran.push_back(id);
    if (ran.size() > jobs.size()) break;  // it would never end
  }
  return ran;
}

using Ids = std::vector<std::uint64_t>;

TEST(Schedule, WithoutLimitsAllRunOldestFirst) {
  Schedule schedule(256);
  EXPECT_EQ(schedule.next(), 0U);
  const std::vector<JobSpec> jobs{job(30, "a"), job(10, "b"), job(20, "a")};
  for (const JobSpec& spec : jobs) schedule.wait(spec);
  EXPECT_EQ(run_all(schedule, jobs), (Ids{10, 20, 30}));
}

TEST(Schedule, AnActionsLimitIsItsOwn) {
  Schedule schedule(256);
  const std::vector<JobSpec> jobs{job(1, "a", 2), job(2, "a", 2), job(3, "a", 2), job(4, "b", 1)};
  for (const JobSpec& spec : jobs) schedule.wait(spec);
  EXPECT_EQ(run_all(schedule, jobs), (Ids{1, 2, 4}));
  schedule.leave(jobs[1]);
  EXPECT_EQ(run_all(schedule, jobs), (Ids{3}));
}

TEST(Schedule, WhatRestsUntilItsNextAttemptTakesRoomAndNoPlace) {
  Schedule schedule(256);
  const std::vector<JobSpec> jobs{job(1, "a", 1, "", 1), job(2, "a", 1, "", 1),
                                  job(3, "a", 1, "", 1)};
  for (const JobSpec& spec : {jobs[0], jobs[1]}) {
    EXPECT_TRUE(schedule.has_room_for(spec));
    schedule.wait(spec);
    EXPECT_EQ(run_all(schedule, jobs), (Ids{spec.id})) << "the place of one that rests is free";
    schedule.rest(spec);
  }
  EXPECT_FALSE(schedule.has_room_for(jobs[2]));
  EXPECT_TRUE(schedule.has_room_for(job(4, "b", 1, "", 0)));
  EXPECT_EQ(schedule.next(), 0U);
  schedule.wait(jobs[1]);
  EXPECT_FALSE(schedule.has_room_for(jobs[2]));
  EXPECT_EQ(run_all(schedule, jobs), (Ids{2}));
  schedule.end(jobs[0]);
  EXPECT_TRUE(schedule.has_room_for(jobs[2])) << "one that is stopped while it rests";
}

TEST(Schedule, TheSameActionOfTwoModulesAreTwo) {
  Schedule schedule(256);
  std::vector<JobSpec> jobs{job(1, "a", 1), job(2, "a", 1)};
  jobs[1].module = "other";
  for (const JobSpec& spec : jobs) schedule.wait(spec);
  EXPECT_EQ(run_all(schedule, jobs), (Ids{1, 2}));
}

TEST(Schedule, TheLimitOfAllHoldsOverActions) {
  Schedule schedule(2);
  const std::vector<JobSpec> jobs{job(1, "a"), job(2, "b"), job(3, "c"), job(4, "a", 5)};
  for (const JobSpec& spec : jobs) schedule.wait(spec);
  EXPECT_EQ(run_all(schedule, jobs), (Ids{1, 2}));
  schedule.leave(jobs[0]);
  EXPECT_EQ(run_all(schedule, jobs), (Ids{3}));
}

TEST(Schedule, OfALockOneRuns) {
  Schedule schedule(256);
  const std::vector<JobSpec> jobs{job(1, "a", 0, "disk"), job(2, "b", 0, "disk"),
                                  job(3, "c", 0, "net"), job(4, "d")};
  for (const JobSpec& spec : jobs) schedule.wait(spec);
  EXPECT_EQ(run_all(schedule, jobs), (Ids{1, 3, 4}));
  schedule.leave(jobs[3]);
  schedule.leave(jobs[2]);
  EXPECT_EQ(schedule.next(), 0U) << "another's end frees no lock";
  schedule.leave(jobs[0]);
  EXPECT_EQ(run_all(schedule, jobs), (Ids{2}));
}

TEST(Schedule, OneThatWaitsForALockHoldsNone) {
  Schedule schedule(256);
  const JobSpec first = job(1, "a", 0, "disk"), second = job(2, "a", 0, "disk");
  const JobSpec third = job(3, "b", 0, "disk");
  schedule.wait(first);
  schedule.run(first);
  schedule.wait(second);
  schedule.wait(third);
  schedule.leave(second);  // stopped while it waited
  EXPECT_EQ(schedule.next(), 0U) << "the first holds it still";
  schedule.leave(first);
  EXPECT_EQ(schedule.next(), 3U);
}

// Those that a helper finds running may be more than may run, where the settings have changed.
TEST(Schedule, MoreThanMayRunIsNoRoomForMore) {
  Schedule schedule(2);
  const std::vector<JobSpec> jobs{job(1, "a", 1), job(2, "a", 1), job(3, "a", 1), job(4, "a", 1)};
  for (const JobSpec& spec : jobs) {
    if (spec.id < 4) schedule.run(spec);
  }
  schedule.wait(jobs[3]);
  schedule.leave(jobs[0]);
  EXPECT_EQ(schedule.next(), 0U);
  schedule.leave(jobs[1]);
  EXPECT_EQ(schedule.next(), 0U) << "one of its action runs";
  schedule.leave(jobs[2]);
  EXPECT_EQ(schedule.next(), 4U);
}

TEST(Schedule, RunAndLeaveCountOnce) {
  Schedule schedule(1);
  const JobSpec first = job(1, "a"), second = job(2, "a");
  schedule.wait(first);
  schedule.run(first);
  schedule.run(first);
  schedule.wait(second);
  schedule.leave(first);
  schedule.leave(first);
  EXPECT_EQ(schedule.next(), 2U);
  schedule.run(second);
  schedule.leave(second);
  EXPECT_EQ(schedule.next(), 0U);
}

TEST(Schedule, TheQueueHasRoomForSoManyThatWait) {
  Schedule schedule(256);
  std::vector<JobSpec> jobs;
  for (std::uint64_t id = 1; id <= 4; ++id) jobs.push_back(job(id, "a", 1, "", 2));
  EXPECT_TRUE(schedule.has_room_for(jobs[0]));
  schedule.run(jobs[0]);
  schedule.wait(jobs[1]);
  EXPECT_TRUE(schedule.has_room_for(jobs[2]));
  schedule.wait(jobs[2]);
  EXPECT_FALSE(schedule.has_room_for(jobs[3]));
  EXPECT_TRUE(schedule.has_room_for(job(9, "b", 1, "", 0))) << "another's queue is its own";
  schedule.leave(jobs[1]);
  EXPECT_TRUE(schedule.has_room_for(jobs[3]));
}

// Jobs of one request wait together before the first of them runs.
TEST(Schedule, WithoutAQueueThereIsRoomForWhatMayRun) {
  Schedule schedule(256);
  schedule.wait(job(1, "a", 2, "", 0));
  EXPECT_TRUE(schedule.has_room_for(job(2, "a", 2, "", 0)));
  schedule.wait(job(2, "a", 2, "", 0));
  EXPECT_FALSE(schedule.has_room_for(job(3, "a", 2, "", 0)));
}

TEST(Schedule, ATakenLockIsNoRoomWithoutAQueue) {
  Schedule schedule(256);
  schedule.run(job(1, "a", 0, "disk", 0));
  EXPECT_FALSE(schedule.has_room_for(job(2, "a", 0, "disk", 0)));
  EXPECT_FALSE(schedule.has_room_for(job(3, "b", 0, "disk", 0)))
      << "of another action, too: nobody waits where no queue is";
}

TEST(Schedule, WithAllPlacesTakenThereIsNoRoomWithoutAQueue) {
  Schedule schedule(1);
  schedule.run(job(1, "a"));
  EXPECT_FALSE(schedule.has_room_for(job(2, "b", 0, "", 0)));
  EXPECT_TRUE(schedule.has_room_for(job(2, "b", 0, "", 1)));
}

JobSpec alone(std::uint64_t id) {
  JobSpec spec = job(id, "poweroff");
  spec.alone = true;
  return spec;
}

TEST(Schedule, OneThatRunsAloneWaitsUntilTheOthersHaveEnded) {
  Schedule schedule(256);
  const std::vector<JobSpec> jobs{job(1, "a"), job(2, "b"), alone(3)};
  for (const JobSpec& spec : jobs) {
    schedule.enter(spec);
    schedule.wait(spec);
  }
  EXPECT_EQ(run_all(schedule, jobs), (Ids{1, 2})) << "older ones go on";
  EXPECT_EQ(schedule.alone(), 3U);
  EXPECT_EQ(schedule.alive(), (std::set<std::uint64_t>{1, 2, 3}));
  schedule.leave(jobs[0]);  // and waits for its next attempt
  schedule.end(jobs[1]);
  EXPECT_EQ(schedule.next(), 0U) << "one between two attempts is alive";
  schedule.wait(jobs[0]);
  EXPECT_EQ(run_all(schedule, jobs), Ids{1});
  schedule.end(jobs[0]);
  EXPECT_EQ(run_all(schedule, jobs), Ids{3});
  EXPECT_EQ(schedule.alone(), 3U) << "as long as it is alive";
  schedule.end(jobs[2]);
  EXPECT_EQ(schedule.alone(), 0U);
  EXPECT_TRUE(schedule.alive().empty());
}

TEST(Schedule, OneThatRunsAloneIsInNoOnesWayWhenItIsGone) {
  Schedule schedule(256);
  const std::vector<JobSpec> jobs{job(1, "a"), alone(2)};
  for (const JobSpec& spec : jobs) {
    schedule.enter(spec);
    schedule.wait(spec);
  }
  EXPECT_EQ(run_all(schedule, jobs), Ids{1});
  schedule.end(jobs[1]);  // stopped while it waited
  EXPECT_EQ(schedule.alone(), 0U);
  EXPECT_EQ(schedule.next(), 0U);
}

TEST(Schedule, OneThatRunsAloneDoesNotWaitForWhatIsAnswersOnly) {
  Schedule schedule(256);
  JobSpec output = job(1, "a"), stream = job(2, "a");
  output.run.mode = RunMode::output;
  stream.run.mode = RunMode::stream;
  for (const JobSpec& spec : {output, stream}) {
    schedule.enter(spec);
    schedule.run(spec);
  }
  EXPECT_TRUE(schedule.alive().empty());
  schedule.enter(alone(3));
  schedule.wait(alone(3));
  EXPECT_EQ(schedule.next(), 3U);
}

TEST(Schedule, OneThatRunsAloneKeepsToTheOtherLimits) {
  Schedule schedule(1);
  JobSpec output = job(1, "a");
  output.run.mode = RunMode::output;
  schedule.enter(output);
  schedule.run(output);
  schedule.enter(alone(2));
  schedule.wait(alone(2));
  EXPECT_EQ(schedule.next(), 0U) << "no place is free";
  schedule.end(output);
  EXPECT_EQ(schedule.next(), 2U);
}

TEST(Schedule, OneThatIsUrgentHasAPlaceInAllAndKeepsToTheLimitsOfItsAction) {
  Schedule schedule(1);
  std::vector<JobSpec> jobs{job(1, "a"), job(2, "a"), job(3, "poweroff", 1, "", 0),
                            job(4, "poweroff", 1, "", 0)};
  jobs[2].urgent = jobs[3].urgent = true;
  for (const JobSpec& spec : jobs) {
    EXPECT_EQ(schedule.has_room_for(spec), spec.id != 4) << spec.id;
    schedule.enter(spec);
    schedule.wait(spec);
  }
  EXPECT_EQ(run_all(schedule, jobs), (Ids{1, 3}));
  schedule.end(jobs[2]);
  EXPECT_TRUE(schedule.has_urgent());
  EXPECT_EQ(run_all(schedule, jobs), Ids{4});
  schedule.end(jobs[3]);
  EXPECT_FALSE(schedule.has_urgent());
  EXPECT_EQ(schedule.next(), 0U) << "it takes no place of the others away for good";
  schedule.end(jobs[0]);
  EXPECT_EQ(schedule.next(), 2U);
}

}  // namespace
}  // namespace mgr
