// What a command reads: the body or the secrets of its request, to the byte, however helpers die.
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "helper/jobs/boot_id.h"
#include "helper/jobs/record_file.h"
#include "helper/jobs/store.h"
#include "tests/integration/jobs_fixture.h"

namespace mgr {
namespace {

namespace fs = std::filesystem;

const std::string body("\n\0module:shutdown\xFF\x1B[2J\r\n", 25);
const std::string secret = "correct horse battery staple\n";

class JobInput : public JobsTest {
 protected:
  // Appends what it reads to work_/copy.
  [[nodiscard]] JobSpec copies(InputKind kind, int status = 0) const {
    JobSpec spec = probe({"copy-input", (work_ / "copy").string(), std::to_string(status)});
    spec.run.input = kind;
    return spec;
  }
  // One that holds the only place to run until the FIFO `go` is written to.
  [[nodiscard]] JobSpec first(const Fifo& ready, const Fifo& go) const {
    JobSpec spec = probe({"wait-for-go", ready.path(), go.path()});
    spec.run.lock = "one";
    return spec;
  }
  // Every file below the jobs' folder that holds the text.
  [[nodiscard]] std::vector<std::string> files_with(const std::string& text) const {
    std::vector<std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(base_ / "root")) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(file), {}};
      if (bytes.find(text) != std::string::npos) found.push_back(entry.path().filename());
    }
    return found;
  }
  // Job 1 runs and job 2 waits behind it, in a helper that is killed then.
  void leave_waiting(const JobSpec& second, const std::string& input, const Fifo& ready,
                     const Fifo& go) {
    die_after(
        [&] {
          open_jobs();
          JobSpec waits = second;
          waits.run.lock = "one";
          (void)jobs_->accept(first(ready, go));
          (void)jobs_->accept(waits, input);
          (void)jobs_->commit();
          while (true) uv_run(loop_.get(), UV_RUN_DEFAULT);
        },
        ready);
  }
};

TEST_F(JobInput, OfABodyIsExactlyTheBody) {
  EXPECT_EQ(run(copies(InputKind::body), body).state, JobState::succeeded);
  EXPECT_EQ(output("copy"), body);
}

TEST_F(JobInput, MayBeEmptyAndMayBeAMebibyte) {
  EXPECT_EQ(run(copies(InputKind::body), "").state, JobState::succeeded);
  EXPECT_EQ(output("copy"), "");
  std::string large(max_body_length, '\0');
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * 31 % 251);
  EXPECT_EQ(run(copies(InputKind::body), large).state, JobState::succeeded);
  EXPECT_EQ(output("copy"), large);
  large += 'x';
  EXPECT_FALSE(jobs_->accept(copies(InputKind::body), large));
}

TEST_F(JobInput, IsRootsAloneAndGoneOnceTheJobHasEnded) {
  const Fifo ready(work_ / "ready"), go(work_ / "go");
  JobSpec spec = first(ready, go);
  spec.run.input = InputKind::body;
  const std::uint64_t id = start(spec, body);
  struct stat status {};
  ASSERT_EQ(stat((job_folder(id) / "input").c_str(), &status), 0);
  EXPECT_EQ(status.st_uid, 0U);
  EXPECT_EQ(status.st_mode & 07777, 0600U);
  ASSERT_TRUE(ready.wait_for(1));
  go.write(0);
  (void)end_of(id);
  jobs_->ends_are_kept();
  EXPECT_FALSE(fs::exists(job_folder(id) / "input"));
}

TEST_F(JobInput, IsThereBeforeAnythingIsAnswered) {
  const std::uint64_t id = jobs_->accept(copies(InputKind::body), body).value();
  EXPECT_FALSE(fs::exists(job_folder(id))) << "nothing is on disk before commit()";
  ASSERT_TRUE(jobs_->commit());
  std::ifstream file(job_folder(id) / "input", std::ios::binary);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), body);
  (void)end_of(id);
}

TEST_F(JobInput, OfAJobThatIsWithdrawnIsNowhere) {
  const std::uint64_t id = jobs_->accept(copies(InputKind::body), body).value();
  jobs_->withdraw(id);
  ASSERT_TRUE(jobs_->commit());
  EXPECT_TRUE(files_with(body).empty());
}

TEST_F(JobInput, SurvivesAHelperThatIsKilledWhileItWaits) {
  const Fifo ready(work_ / "ready"), go(work_ / "go");
  leave_waiting(copies(InputKind::body), body, ready, go);
  open_jobs();
  go.write(0);
  EXPECT_EQ(end_of(2).state, JobState::succeeded);
  EXPECT_EQ(output("copy"), body);
}

TEST_F(JobInput, IsReadAgainFromItsStartByTheNextAttempt) {
  JobSpec spec = copies(InputKind::body, 3);
  spec.run.retries = 2;
  spec.run.retry_delay = std::chrono::milliseconds(1);
  const Job job = run(spec, body);
  EXPECT_EQ(job.attempt, 3U);
  EXPECT_EQ(output("copy"), body + body + body);
}

TEST_F(JobInput, ThatIsNotWhatWasPutThereStartsNothing) {
  const Fifo ready(work_ / "ready"), go(work_ / "go");
  const std::vector<std::function<void(const fs::path&)>> damages{
      [](const fs::path& input) { fs::remove(input); },
      [](const fs::path& input) { fs::resize_file(input, 3); },
      [](const fs::path& input) { std::ofstream(input, std::ios::app) << "more"; },
      [&](const fs::path& input) {
        fs::remove(input);
        std::ofstream(work_ / "other") << body;
        fs::create_symlink(work_ / "other", input);
      },
      [](const fs::path& input) {
        fs::remove(input);
        ASSERT_EQ(mkfifo(input.c_str(), 0600), 0);
      }};
  for (const auto& damage : damages) {
    const std::uint64_t holder = start(first(ready, go));
    JobSpec spec = copies(InputKind::body);
    spec.run.lock = "one";
    const std::uint64_t id = start(spec, body);
    damage(job_folder(id) / "input");
    go.write(0);
    (void)end_of(holder);
    const Job job = end_of(id);
    EXPECT_EQ(job.exit->outcome, JobOutcome::could_not_start);
    EXPECT_NE(job.exit->detail.find("input"), std::string::npos) << job.exit->detail;
    EXPECT_TRUE(ready.wait_for(1));
  }
  EXPECT_EQ(output("copy"), "");
}

// A folder that was being made when the helper died holds no job, and does not stay.
TEST_F(JobInput, HalfMadeIsTakenAway) {
  close_jobs();
  const fs::path jobs_folder = settings().paths.jobs_folder();
  fs::create_directory(jobs_folder / "gone.7");
  std::ofstream(jobs_folder / "gone.7/input") << body;
  open_jobs();
  EXPECT_FALSE(fs::exists(jobs_folder / "gone.7"));
  EXPECT_TRUE(jobs_->of_module("").empty());
}

TEST_F(JobInput, CannotBeWrittenByTheCommand) {
  for (const InputKind kind : {InputKind::body, InputKind::secret}) {
    JobSpec spec = probe({"write-input"});
    spec.run.input = kind;
    EXPECT_EQ(run(spec, secret).exit->status, 0);
  }
}

TEST_F(JobInput, IsNothingWhereTheActionHasNone) {
  JobSpec spec = copies(InputKind::none);
  EXPECT_EQ(run(spec, "not for it").state, JobState::succeeded);
  EXPECT_EQ(output("copy"), "");
  EXPECT_TRUE(files_with("not for it").empty());
}

// ---- secrets

TEST_F(JobInput, OfSecretsReachesTheCommandAndNoDisk) {
  const Fifo ready(work_ / "ready"), go(work_ / "go");
  const std::uint64_t holder = start(first(ready, go));
  JobSpec spec = copies(InputKind::secret);
  spec.run.lock = "one";
  const std::uint64_t id = start(spec, secret);
  EXPECT_TRUE(files_with("battery").empty());
  go.write(0);
  (void)end_of(holder);
  EXPECT_EQ(end_of(id).state, JobState::succeeded);
  EXPECT_EQ(output("copy"), secret);
  EXPECT_TRUE(files_with("battery").empty());
  EXPECT_FALSE(fs::exists(job_folder(id) / "input"));
}

TEST_F(JobInput, OfSecretsIsLostWithTheHelperAndTheJobIsNotRun) {
  const Fifo ready(work_ / "ready"), go(work_ / "go");
  leave_waiting(copies(InputKind::secret), secret, ready, go);
  EXPECT_TRUE(files_with("battery").empty());
  open_jobs();
  // At once, though it would still have to wait.
  const Job job = end_of(2);
  EXPECT_EQ(job.exit->outcome, JobOutcome::could_not_start);
  EXPECT_EQ(job.exit->detail, "its secret input was lost with the helper");
  EXPECT_FALSE(job.exit->stopped);
  EXPECT_EQ(job.state, JobState::failed);
  go.write(0);
  (void)end_of(1);
  close_jobs();
  ended_.clear();
  open_jobs();
  uv_run(loop_.get(), UV_RUN_NOWAIT);
  EXPECT_EQ(jobs_->find(2)->state, JobState::failed);
  EXPECT_TRUE(ended_.empty()) << "once is enough";
  EXPECT_EQ(output("copy"), "");
}

TEST_F(JobInput, OfSecretsThatMgrJobHasOutlivesTheHelper) {
  const Fifo ready(work_ / "ready"), go(work_ / "go");
  die_after(
      [&] {
        open_jobs();
        JobSpec spec = probe({"wait-for-go", ready.path(), go.path()});
        spec.run.input = InputKind::secret;
        (void)start(spec, secret);
        while (true) uv_run(loop_.get(), UV_RUN_DEFAULT);
      },
      ready);
  open_jobs();
  go.write(0);
  EXPECT_EQ(end_of(1).state, JobState::succeeded);
}

TEST_F(JobInput, OfSecretsIsNotGivenTwice) {
  JobSpec spec = copies(InputKind::secret, 3);
  spec.run.retries = 1;  // which no policy allows
  spec.run.retry_delay = std::chrono::milliseconds(1);
  const Job job = run(spec, secret);
  EXPECT_EQ(job.exit->outcome, JobOutcome::could_not_start);
  EXPECT_EQ(output("copy"), secret);
}

}  // namespace
}  // namespace mgr
