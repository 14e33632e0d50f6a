// What the records of an ended attempt mean for the job.
#include <gtest/gtest.h>

#include "helper/jobs/job_state.h"

namespace mgr {
namespace {

bool tries_again(const std::vector<std::uint8_t>& worth_it, const ExitRecord& end,
                 std::uint32_t attempt = 1) {
  Job job;
  job.spec.run.retries = 2;
  job.spec.run.retry_exit = worth_it;
  job.attempt = attempt;
  job.exit = end;
  return is_retried(job);
}

ExitRecord ended(JobOutcome outcome, std::int32_t status) {
  ExitRecord end;
  end.outcome = outcome;
  end.status = status;
  return end;
}

ExitRecord exited(std::int32_t status) { return ended(JobOutcome::exited, status); }

TEST(JobState, OnlyAStatusThatIsWorthItIsTriedAgain) {
  EXPECT_FALSE(tries_again({}, exited(0)));
  EXPECT_TRUE(tries_again({}, exited(1)));
  EXPECT_TRUE(tries_again({69, 75}, exited(75)));
  EXPECT_FALSE(tries_again({69, 75}, exited(1)));
  EXPECT_FALSE(tries_again({69, 75}, exited(75), 3)) << "the last attempt";
  EXPECT_FALSE(tries_again({0}, exited(0))) << "a success";
}

TEST(JobState, WhatEndsWithoutAStatusOfItsOwnIsTriedAgain) {
  ExitRecord timed_out = exited(1);
  timed_out.timed_out = true;
  EXPECT_TRUE(tries_again({75}, timed_out));
  EXPECT_TRUE(tries_again({75}, ended(JobOutcome::signalled, 9)));
  EXPECT_FALSE(tries_again({75}, ended(JobOutcome::could_not_start, 75)));
  EXPECT_FALSE(tries_again({75}, ended(JobOutcome::lost, 75)));
  ExitRecord stopped = exited(75);
  stopped.stopped = true;
  EXPECT_FALSE(tries_again({75}, stopped));
}

}  // namespace
}  // namespace mgr
