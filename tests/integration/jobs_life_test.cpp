// How jobs end: by themselves, by a stop, by their timeout, or not at all properly.
#include <signal.h>
#include <sys/stat.h>

#include <fstream>

#include "helper/jobs/record_file.h"
#include "helper/jobs/signal_process.h"
#include "tests/integration/jobs_fixture.h"

namespace mgr {
namespace {

namespace fs = std::filesystem;

using JobLife = JobsTest;
using JobStop = JobsTest;

TEST_F(JobLife, TellsSuccess) {
  const Job job = run(probe({"exit", "0"}));
  EXPECT_EQ(job.state, JobState::succeeded);
  ASSERT_TRUE(job.exit && job.start);
  EXPECT_EQ(job.exit->outcome, JobOutcome::exited);
  EXPECT_LE(job.start->started_us, job.exit->ended_us);
  EXPECT_FALSE(job.exit->stopped || job.exit->timed_out);
}

TEST_F(JobLife, TellsTheExitStatus) {
  const Job job = run(probe({"exit", "42"}));
  EXPECT_EQ(job.state, JobState::failed);
  EXPECT_EQ(job.exit->outcome, JobOutcome::exited);
  EXPECT_EQ(job.exit->status, 42);
}

TEST_F(JobLife, TellsTheSignal) {
  const Job job = run(probe({"raise", std::to_string(SIGSEGV)}));
  EXPECT_EQ(job.state, JobState::failed);
  EXPECT_EQ(job.exit->outcome, JobOutcome::signalled);
  EXPECT_EQ(job.exit->status, SIGSEGV);
}

TEST_F(JobLife, TellsWhyACommandCouldNotStart) {
  JobSpec spec = probe({"exit", "0"});
  spec.run.argv[0] = "/nonexistent/command";
  Job job = run(spec);
  EXPECT_EQ(job.state, JobState::failed);
  EXPECT_EQ(job.exit->outcome, JobOutcome::could_not_start);
  EXPECT_EQ(job.exit->detail, "execve: No such file or directory");

  spec = probe({"exit", "0"});
  spec.run.cwd = (base_ / "root/var/lib/mgr/jobs").string();
  job = run(spec);
  EXPECT_EQ(job.exit->outcome, JobOutcome::could_not_start);
  EXPECT_EQ(job.exit->detail, "chdir: Permission denied") << "as the job's user";
}

TEST_F(JobLife, TellsThatMgrJobCouldNotStart) {
  close_jobs();
  JobsSettings without_program = settings();
  without_program.mgr_job = "/nonexistent/mgr-job";
  open_jobs(without_program);
  const std::uint64_t id = start(probe({"exit", "0"}));
  EXPECT_TRUE(ended_.empty()) << "told from the loop, not from start()";
  EXPECT_EQ(end_of(id).exit->outcome, JobOutcome::could_not_start);
}

TEST_F(JobLife, RefusesASpecThatCannotBeCarriedOut) {
  JobSpec spec = probe({"exit", "0"});
  spec.run.uid = UINT32_MAX;
  EXPECT_FALSE(try_start(spec));
  spec = probe({"exit", "0"});
  spec.run.argv.emplace_back(max_record_length, 'x');
  EXPECT_FALSE(try_start(spec));
  EXPECT_FALSE(fs::exists(job_folder(1)) || fs::exists(job_folder(2)));
}

TEST_F(JobLife, HasOneLiveJobAKey) {
  const Fifo ready(work_ / "ready"), go(work_ / "go");
  JobSpec spec = probe({"wait-for-go", ready.path(), go.path()});
  spec.key = "scan:17";
  const std::uint64_t id = start(spec);
  ASSERT_TRUE(ready.wait_for(1));
  EXPECT_EQ(try_start(spec).error().code, ErrorCode::conflict);
  EXPECT_EQ(jobs_->alive_with_key("scan:17"), jobs_->find(id));
  EXPECT_EQ(jobs_->alive_with_key("scan:1"), nullptr);
  EXPECT_EQ(jobs_->of_module("test").size(), 1U);
  EXPECT_EQ(jobs_->find(id)->state, JobState::running);
  go.write(0);
  EXPECT_EQ(end_of(id).state, JobState::succeeded);
  EXPECT_EQ(jobs_->alive_with_key("scan:17"), nullptr);
}

TEST_F(JobLife, LastsAsLongAsWhatTheCommandLeftBehind) {
  const Fifo ready(work_ / "ready"), go(work_ / "go");
  const std::uint64_t id = start(probe({"leave-behind", ready.path(), go.path()}));
  ASSERT_TRUE(ready.wait_for(1));
  EXPECT_TRUE(jobs_->find(id)->alive());
  go.write('g');
  const Job job = end_of(id);
  EXPECT_EQ(job.exit->outcome, JobOutcome::exited);
  EXPECT_EQ(job.exit->status, 5) << "the command's own";
}

TEST_F(JobStop, StopKillsSetsidGrandchild) {
  const Fifo ready(work_ / "ready");
  JobSpec spec = probe({"tree", ready.path(), "3", "0"});
  spec.run.stop_grace = std::chrono::milliseconds(50);
  const std::uint64_t id = start(spec);
  ASSERT_TRUE(ready.wait_for(4));
  jobs_->stop(id);
  EXPECT_EQ(jobs_->find(id)->state, JobState::stopping);
  const Job job = end_of(id);
  EXPECT_EQ(job.state, JobState::stopped);
  EXPECT_TRUE(job.exit->stopped);
  EXPECT_EQ(job.exit->outcome, JobOutcome::signalled);
  EXPECT_EQ(job.exit->status, SIGKILL);
}

// Each a command, two daemons, and three that fork all the time: double-forked, in sessions of
// their own, and deaf to SIGTERM.
TEST_F(JobStop, KillsFiftyTreesOfHoppers) {
  for (int trial = 0; trial < 50; ++trial) {
    const Fifo ready(work_ / ("ready" + std::to_string(trial)));
    JobSpec spec = probe({"tree", ready.path(), "2", "3"});
    spec.run.stop_grace = std::chrono::milliseconds(trial % 2 == 0 ? 0 : 5);
    const std::uint64_t id = start(spec);
    ASSERT_TRUE(ready.wait_for(6));
    jobs_->stop(id);
    EXPECT_EQ(end_of(id).state, JobState::stopped);
  }
}

TEST_F(JobStop, LetsACommandEndByItself) {
  const Fifo ready(work_ / "ready");
  const std::uint64_t id = start(probe({"wait-for-term", ready.path()}));
  ASSERT_TRUE(ready.wait_for(1));
  jobs_->stop(id);
  jobs_->stop(id);
  const Job job = end_of(id);
  EXPECT_EQ(job.state, JobState::stopped);
  EXPECT_EQ(job.exit->outcome, JobOutcome::exited);
  EXPECT_EQ(job.exit->status, 7);
  jobs_->stop(id);
  jobs_->stop(id + 1);
}

TEST_F(JobStop, MayComeRightAfterTheStart) {
  const Fifo ready(work_ / "ready");
  for (const std::uint64_t grace : {std::uint64_t{0}, std::uint64_t{20}}) {
    JobSpec spec = probe({"tree", ready.path(), "1", "0"});
    spec.run.stop_grace = std::chrono::milliseconds(grace);
    const std::uint64_t id = start(spec);
    jobs_->stop(id);
    const Job job = end_of(id);
    EXPECT_TRUE(job.exit->stopped);
    EXPECT_NE(job.state, JobState::lost);
  }
}

TEST_F(JobStop, ComesAtTheTimeout) {
  const Fifo ready(work_ / "ready");
  JobSpec spec = probe({"tree", ready.path(), "1", "0"});
  spec.run.timeout = std::chrono::milliseconds(30);
  spec.run.stop_grace = std::chrono::milliseconds(10);
  const Job job = run(spec);
  EXPECT_EQ(job.state, JobState::timed_out);
  EXPECT_TRUE(job.exit->timed_out);
  EXPECT_FALSE(job.exit->stopped);
}

TEST_F(JobStop, OfTheServiceIsAStopOfEachJob) {
  const Fifo ready(work_ / "ready");
  JobSpec spec = probe({"tree", ready.path(), "2", "0"});
  spec.run.stop_grace = std::chrono::milliseconds(10);
  const std::uint64_t id = start(spec);
  ASSERT_TRUE(ready.wait_for(3));
  const Descriptor mgr_job = only_mgr_job();
  EXPECT_TRUE(signal_process(mgr_job, SIGHUP));
  EXPECT_TRUE(signal_process(mgr_job, SIGINT));
  EXPECT_TRUE(jobs_->find(id)->alive());
  EXPECT_TRUE(signal_process(mgr_job, SIGTERM));
  EXPECT_EQ(end_of(id).state, JobState::stopped);
}

}  // namespace
}  // namespace mgr
