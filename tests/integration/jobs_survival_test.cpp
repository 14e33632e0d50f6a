// A job outlives the helper, and a mgr-job that is killed is never a success.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "helper/jobs/boot_id.h"
#include "helper/jobs/cgroup_leaf.h"
#include "helper/jobs/record_file.h"
#include "helper/jobs/signal_process.h"
#include "helper/jobs/store.h"
#include "tests/integration/jobs_fixture.h"

namespace mgr {
namespace {

namespace fs = std::filesystem;

class JobSurvival : public JobsTest {
 protected:
  // Starts `spec` as job 1 in a helper that is killed when the command is ready.
  void start_in_a_helper_that_dies(const JobSpec& spec, const Fifo& ready) {
    die_after(
        [&] {
          open_jobs();
          (void)start(spec);
          while (true) uv_run(loop_.get(), UV_RUN_DEFAULT);
        },
        ready);
  }
  // A job as a helper leaves it that dies before its mgr-job runs.
  void record_only(const JobSpec& with_id) {
    close_jobs();
    auto store = Store::open(settings().paths.jobs_folder()).value();
    ASSERT_TRUE(store.load(0));
    ASSERT_TRUE(store.create(with_id));
  }
};

TEST_F(JobSurvival, OutlivesTheHelper) {
  const Fifo ready(work_ / "ready"), go(work_ / "go");
  start_in_a_helper_that_dies(probe({"wait-for-go", ready.path(), go.path()}), ready);
  open_jobs();
  ASSERT_NE(jobs_->find(1), nullptr);
  EXPECT_TRUE(jobs_->find(1)->alive());
  go.write(33);
  const Job job = end_of(1);
  EXPECT_EQ(job.exit->outcome, JobOutcome::exited);
  EXPECT_EQ(job.exit->status, 33);
}

TEST_F(JobSurvival, ATransientJobIsInNoJournalAndGoesOnUnderTheNextHelper) {
  const Fifo ready(work_ / "ready"), go(work_ / "go");
  JobSpec spec = probe({"wait-for-go", ready.path(), go.path()});
  spec.run.mode = RunMode::output;
  start_in_a_helper_that_dies(spec, ready);
  EXPECT_EQ(fs::file_size(fs::path(settings().paths.jobs_folder()) / "accepted"), 0U);
  open_jobs();
  go.write(33);
  EXPECT_EQ(end_of(1).exit->status, 33);
  jobs_->ends_are_kept();
  close_jobs();
  open_jobs();
  EXPECT_EQ(jobs_->find(1), nullptr) << "whoever was answered has been";
  EXPECT_FALSE(fs::exists(job_folder(1)));
}

TEST_F(JobSurvival, AStreamIsStoppedByTheNextHelper) {
  const Fifo ready(work_ / "ready"), go(work_ / "go");
  JobSpec spec = probe({"wait-for-go", ready.path(), go.path()});
  spec.run.mode = RunMode::stream;
  start_in_a_helper_that_dies(spec, ready);
  open_jobs();
  EXPECT_EQ(end_of(1).state, JobState::stopped);
}

TEST_F(JobSurvival, ATransientJobWhoseMgrJobIsKilledIsLostAndWritesNothing) {
  const Fifo ready(work_ / "ready"), go(work_ / "go");
  JobSpec spec = probe({"wait-for-go", ready.path(), go.path()});
  spec.run.mode = RunMode::output;
  const std::uint64_t id = start(spec);
  EXPECT_TRUE(ready.wait_for(1));
  kill_only_mgr_job();
  EXPECT_EQ(end_of(id).state, JobState::lost);
  EXPECT_EQ(fs::file_size(job_folder(id) / "exit"), 0U);
  EXPECT_TRUE(jobs_->remove(id));
  EXPECT_FALSE(fs::exists(job_folder(id)));
}

TEST_F(JobSurvival, ATransientJobThatDidNotRunBeforeTheRestartNeverDoes) {
  for (const RunMode mode : {RunMode::output, RunMode::stream}) {
    JobSpec spec = probe({"exit", "0"});
    spec.id = 1 + static_cast<std::uint64_t>(mode);
    spec.run.mode = mode;
    record_only(spec);
    open_jobs();
    const Job job = end_of(spec.id);
    EXPECT_EQ(job.state, JobState::stopped);
    EXPECT_FALSE(fs::exists(job_folder(spec.id) / "start"));
    EXPECT_TRUE(jobs_->remove(spec.id));
  }
}

TEST_F(JobSurvival, CanBeStoppedByTheNextHelper) {
  const Fifo ready(work_ / "ready");
  JobSpec spec = probe({"tree", ready.path(), "0", "0"});
  spec.run.stop_grace = std::chrono::milliseconds(10);
  start_in_a_helper_that_dies(spec, ready);
  open_jobs();
  jobs_->stop(1);
  EXPECT_EQ(end_of(1).state, JobState::stopped);
}

TEST_F(JobSurvival, StopKillsTheTreeOfAMgrJobThatDoesNotStopIt) {
  close_jobs();
  JobsSettings impatient = settings();
  impatient.stop_margin = std::chrono::milliseconds(1);
  open_jobs(impatient);
  const Fifo ready(work_ / "ready");
  JobSpec spec = probe({"tree", ready.path(), "1", "0"});
  spec.run.stop_grace = std::chrono::milliseconds(1);
  const std::uint64_t id = start(spec);
  ASSERT_TRUE(ready.wait_for(2));
  const Descriptor mgr_job = only_mgr_job();
  ASSERT_TRUE(signal_process(mgr_job, SIGSTOP));
  jobs_->stop(id);
  const Descriptor tree(open(tree_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const auto killed = CgroupLeaf::find(tree.get(), id);
  ASSERT_TRUE(killed && *killed);
  run_until([&] { return !(*killed)->populated().value_or(true); });
  EXPECT_TRUE(ended_.empty()) << "its end is mgr-job's to record";
  ASSERT_TRUE(signal_process(mgr_job, SIGCONT));
  EXPECT_EQ(end_of(id).state, JobState::stopped);
}

// As by the end of the machine, which a shutdown's success has begun.
TEST_F(JobSurvival, StopOfWhatHasSucceededIsNoStop) {
  const Fifo ready(work_ / "ready"), go(work_ / "go");
  const std::uint64_t id = start(probe({"wait-for-go", ready.path(), go.path()}));
  ASSERT_TRUE(ready.wait_for(1));
  const Descriptor mgr_job = only_mgr_job();
  ASSERT_TRUE(signal_process(mgr_job, SIGSTOP));
  const Descriptor tree(open(tree_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const auto leaf = CgroupLeaf::find(tree.get(), id);
  ASSERT_TRUE(leaf && *leaf);
  go.write(0);
  while ((*leaf)->populated().value_or(false)) {
    pollfd polled{(*leaf)->events(), POLLPRI, 0};
    ASSERT_EQ(poll(&polled, 1, 30000), 1);
  }
  ASSERT_TRUE(signal_process(mgr_job, SIGTERM));
  ASSERT_TRUE(signal_process(mgr_job, SIGCONT));
  EXPECT_EQ(end_of(id).state, JobState::succeeded);
}

TEST_F(JobSurvival, ItsEndIsToldThoughNoHelperSawIt) {
  const Fifo ready(work_ / "ready"), go(work_ / "go");
  start_in_a_helper_that_dies(probe({"wait-for-go", ready.path(), go.path()}), ready);
  const Descriptor lock(open((job_folder(1) / "lock").c_str(), O_RDONLY | O_CLOEXEC));
  go.write(3);
  ASSERT_EQ(flock(lock.get(), LOCK_EX), 0);  // mgr-job has ended
  ASSERT_EQ(flock(lock.get(), LOCK_UN), 0);
  open_jobs();
  EXPECT_EQ(end_of(1).exit->status, 3);
  close_jobs();
  ended_.clear();
  open_jobs();
  ASSERT_NE(jobs_->find(1), nullptr);
  EXPECT_EQ(jobs_->find(1)->state, JobState::failed);
  uv_run(loop_.get(), UV_RUN_NOWAIT);
  EXPECT_TRUE(ended_.empty()) << "once is enough";
}

TEST_F(JobSurvival, ThatNeverStartedIsStartedNow) {
  JobSpec spec = probe({"exit", "4"});
  spec.id = 9;
  record_only(spec);
  open_jobs();
  EXPECT_EQ(end_of(9).exit->status, 4);
}

TEST_F(JobSurvival, ThatMayHaveStartedIsNeverStartedAgain) {
  const Fifo ready(work_ / "ready");
  JobSpec spec = probe({"wait-for-term", ready.path()});
  spec.id = 9;
  record_only(spec);
  std::ofstream(job_folder(9) / "start") << "torn";
  open_jobs();
  const Job job = end_of(9);
  EXPECT_EQ(job.state, JobState::lost);
  close_jobs();
  ended_.clear();
  open_jobs();
  EXPECT_EQ(jobs_->find(9)->state, JobState::lost) << "recorded";
}

TEST_F(JobSurvival, ThatRanWhenTheMachineWentDownIsLostAndTheOthersGoOn) {
  JobSpec spec = probe({"exit", "0"});
  spec.run.retries = 5;
  spec.id = 9;
  record_only(spec);
  // What an earlier boot leaves: a start without an end, and the files of a mgr-job that is gone.
  std::ofstream(job_folder(9) / "start") << encode(StartRecord{1, "another-boot"});
  std::ofstream(job_folder(9) / "lock");
  std::ofstream(job_folder(9) / "control");
  spec.id = 10;
  record_only(spec);
  open_jobs();
  const Job lost = end_of(9);
  EXPECT_EQ(lost.state, JobState::lost);
  EXPECT_EQ(lost.exit->detail, "the machine went down while it ran");
  EXPECT_EQ(lost.attempt, 1U) << "it may have done half of its work";
  EXPECT_EQ(end_of(10).state, JobState::succeeded);
}

TEST_F(JobSurvival, ThatStartedInThisBootIsLostForAnotherReason) {
  JobSpec spec = probe({"exit", "0"});
  spec.id = 9;
  record_only(spec);
  std::ofstream(job_folder(9) / "start") << encode(StartRecord{1, read_boot_id()});
  open_jobs();
  EXPECT_EQ(end_of(9).exit->detail, "mgr-job was killed while it ran");
}

TEST_F(JobSurvival, KilledMgrJobIsLostAndNeverASuccess) {
  const Fifo ready(work_ / "ready");
  const std::uint64_t id = start(probe({"tree", ready.path(), "3", "2"}));
  ASSERT_TRUE(ready.wait_for(6));
  kill_only_mgr_job();
  const Job job = end_of(id);
  EXPECT_EQ(job.state, JobState::lost);
  EXPECT_EQ(job.exit->outcome, JobOutcome::lost);
  const auto record = decode_exit_record(
      read_record(Descriptor(open(job_folder(id).c_str(), O_RDONLY | O_CLOEXEC)).get(), "exit")
          .value()
          .value());
  ASSERT_TRUE(record);
  EXPECT_EQ(record->outcome, JobOutcome::lost);
}

TEST_F(JobSurvival, KilledMgrJobIsLostForTheNextHelperToo) {
  const Fifo ready(work_ / "ready");
  start_in_a_helper_that_dies(probe({"tree", ready.path(), "0", "2"}), ready);
  kill_only_mgr_job();
  open_jobs();
  EXPECT_EQ(end_of(1).state, JobState::lost);
}

// Whatever lies under the name `exit` when mgr-job is gone: it is not followed, not waited for, not
// read whole, and in the end it is a record of ours.
TEST_F(JobSurvival, AHostileExitFileIsNoRecord) {
  const fs::path victim = base_ / "victim";
  std::ofstream(victim) << "untouched";
  const std::vector<std::function<void(const fs::path&)>> tricks{
      [&](const fs::path& exit) { fs::create_symlink(victim, exit); },
      [](const fs::path& exit) { ASSERT_EQ(mkfifo(exit.c_str(), 0600), 0); },
      [](const fs::path& exit) {
        std::ofstream(exit) << encode(ExitRecord());
        fs::resize_file(exit, std::uintmax_t{1} << 30);
      },
      [](const fs::path& exit) { fs::create_symlink("/dev/zero", exit); }};
  for (std::size_t i = 0; i < tricks.size(); ++i) {
    const Fifo ready(work_ / ("ready" + std::to_string(i)));
    const std::uint64_t id = start(probe({"tree", ready.path(), "1", "0"}));
    ASSERT_TRUE(ready.wait_for(2));
    const fs::path exit = job_folder(id) / "exit";
    fs::remove(exit);
    tricks[i](exit);
    kill_only_mgr_job();
    EXPECT_EQ(end_of(id).state, JobState::lost);
    EXPECT_TRUE(fs::is_regular_file(fs::symlink_status(exit)));
    EXPECT_LT(fs::file_size(exit), 1000U);
  }
  std::ifstream file(victim);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "untouched");
}

TEST_F(JobSurvival, GoesOnWhenTheTreeWasRemovedAndMadeAgain) {
  EXPECT_EQ(run(probe({"exit", "0"})).state, JobState::succeeded);
  wait_for_no_mgr_job();
  ASSERT_TRUE(fs::remove(tree_ / "supervisors") && fs::remove(tree_));
  ASSERT_TRUE(fs::create_directory(tree_));
  EXPECT_EQ(run(probe({"exit", "0"})).state, JobState::succeeded);
}

TEST_F(JobSurvival, SaysWhatToSetWhereThereIsNoCgroup) {
  close_jobs();
  for (const char* unusable : {"x", "cgroup.procs", "cgroup.procs/x"}) {
    uv_loop_t loop;
    ASSERT_EQ(uv_loop_init(&loop), 0);
    JobsSettings with = settings();
    with.cgroup = tree_ / unusable;
    const auto opened = Jobs::open(&loop, with, {});
    ASSERT_FALSE(opened) << unusable;
    EXPECT_NE(opened.error().detail.find("[jobs] cgroup"), std::string::npos);
    EXPECT_EQ(uv_loop_close(&loop), 0);
  }
}

}  // namespace
}  // namespace mgr
