// What a job may use: limits that its processes meet, and limits that this machine cannot keep.
#include <signal.h>
#include <sys/resource.h>

#include "helper/jobs/cgroup_controllers.h"
#include "tests/integration/jobs_fixture.h"

namespace mgr {
namespace {

using JobLimits = JobsTest;

TEST_F(JobLimits, ProcessOpensNoMoreFilesThanItMay) {
  JobSpec spec = probe({"open-all"});
  spec.run.open_files = 17;
  const Job job = run(spec);
  EXPECT_EQ(job.exit->outcome, JobOutcome::exited);
  EXPECT_EQ(job.exit->status, 17);
}

TEST_F(JobLimits, FileGrowsNoLargerThanItMay) {
  const std::string file = (work_ / "file").string();
  JobSpec spec = probe({"write", file, "1000"});
  spec.run.file_size = 1000;
  EXPECT_EQ(run(spec).state, JobState::succeeded);
  EXPECT_EQ(output("file").size(), 1000U);
  spec.run.argv.back() = "1001";
  const Job job = run(spec);
  EXPECT_EQ(job.exit->outcome, JobOutcome::signalled);
  EXPECT_EQ(job.exit->status, SIGXFSZ);
}

TEST_F(JobLimits, ProcessorTimeEndsWithSigxcpu) {
  JobSpec spec = probe({"spin", "plainly"});
  spec.run.cpu_seconds = 1;
  const Job job = run(spec);
  EXPECT_EQ(job.exit->outcome, JobOutcome::signalled);
  EXPECT_EQ(job.exit->status, SIGXCPU);
}

TEST_F(JobLimits, CatchingSigxcpuPutsOffTheEndButDoesNotPreventIt) {
  JobSpec spec = probe({"spin", "catching"});
  spec.run.cpu_seconds = 1;
  const Job job = run(spec);
  EXPECT_EQ(job.exit->outcome, JobOutcome::signalled);
  EXPECT_EQ(job.exit->status, SIGKILL);
}

// A limit above the hard one needs CAP_SYS_RESOURCE; where that is missing the job does not run
// with less than it was promised.
TEST_F(JobLimits, LimitThatCannotBeSetIsTheJobsFailure) {
  const rlimit few{64, 64};
  const int status = status_in_a_helper([&] {
    if (setrlimit(RLIMIT_NOFILE, &few) != 0) return 2;
    open_jobs();
    JobSpec spec = probe({"open-all"});
    spec.run.open_files = 65;
    const Job job = run(spec);
    if (job.exit->outcome == JobOutcome::exited && job.exit->status == 65) return 77;
    return job.exit->outcome == JobOutcome::could_not_start &&
                   job.exit->detail == "open_files: Operation not permitted"
               ? 0
               : 1;
  });
  if (status == 77 << 8) GTEST_SKIP() << "has CAP_SYS_RESOURCE";
  EXPECT_EQ(status, 0);
}

// The controllers of this tree are what the machine gives it. Where it gives none, a job that
// counts on them does not run.
TEST_F(JobLimits, LimitWithoutItsControllerIsTheJobsFailure) {
  enable_controllers_down_to(tree_);
  const std::string controllers = controllers_of(tree_);
  const auto expect_refusal = [&](const JobSpec& spec, const std::string& controller,
                                  const std::string& reason) {
    if (controllers.find(controller) != std::string::npos) return;
    const Job job = run(spec);
    EXPECT_EQ(job.exit->outcome, JobOutcome::could_not_start);
    EXPECT_EQ(job.exit->detail, reason);
  };
  JobSpec spec = probe({"exit", "0"});
  spec.run.memory = 1 << 24;
  expect_refusal(spec, "memory", "cgroup: memory: the jobs' cgroup has no controller memory");
  spec.run.memory = 0;
  spec.run.processes = 5;
  expect_refusal(spec, "pids", "cgroup: processes: the jobs' cgroup has no controller pids");
}

}  // namespace
}  // namespace mgr
