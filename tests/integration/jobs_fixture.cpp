// Root, in a pid namespace of its own.
#include "tests/integration/jobs_fixture.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "helper/jobs/cgroup_path.h"
#include "helper/jobs/signal_process.h"

namespace mgr {
namespace {

namespace fs = std::filesystem;

constexpr int patience_ms = 30000;

std::string text_of(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

Fifo::Fifo(const fs::path& path) : path_(path.string()) {
  EXPECT_EQ(mkfifo(path_.c_str(), 0600), 0);
  EXPECT_EQ(chmod(path_.c_str(), 0666), 0);
  both_ends_ = Descriptor(open(path_.c_str(), O_RDWR | O_CLOEXEC));
  EXPECT_TRUE(both_ends_);
}

bool Fifo::wait_for(int bytes) const {
  for (; bytes > 0; --bytes) {
    pollfd polled{both_ends_.get(), POLLIN, 0};
    char byte = 0;
    if (poll(&polled, 1, patience_ms) != 1 || read(both_ends_.get(), &byte, 1) != 1) return false;
  }
  return true;
}

void Fifo::write(char byte) const { EXPECT_EQ(::write(both_ends_.get(), &byte, 1), 1); }

void JobsTest::SetUp() {
  const auto mount = cgroup2_folder();
  if (geteuid() != 0 || !mount) GTEST_SKIP() << "needs root and cgroup v2";
  std::string name = parent_ + "/mgr-jobs-XXXXXX";
  ASSERT_NE(mkdtemp(name.data()), nullptr);
  base_ = name;
  work_ = base_ / "work";
  ASSERT_EQ(chmod(base_.c_str(), 0755), 0);
  ASSERT_TRUE(fs::create_directory(base_ / "root"));
  ASSERT_TRUE(fs::create_directory(work_));
  ASSERT_EQ(chown(work_.c_str(), command_uid, command_gid), 0);
  fs::copy_file(JOBS_PROBE, base_ / "probe");
  ASSERT_EQ(chmod((base_ / "probe").c_str(), 0755), 0);
  tree_ = fs::path(*mount) / base_.filename();
  ASSERT_TRUE(fs::create_directory(tree_));
  open_jobs();
}

// Nothing may be left, whatever the test did: the whole tree is killed and taken away.
void JobsTest::TearDown() {
  if (base_.empty()) return;
  close_jobs();
  std::ofstream(tree_ / "cgroup.kill") << "1";
  for (int tries = 0; tries < 1000; ++tries) {
    std::error_code error;
    std::vector<fs::path> leaves;
    for (const auto& entry : fs::directory_iterator(tree_, error)) {
      if (entry.is_directory()) leaves.push_back(entry.path());
    }
    for (const fs::path& one : leaves) rmdir(one.c_str());
    if (rmdir(tree_.c_str()) == 0 || !fs::exists(tree_)) break;
    usleep(1000);
  }
  EXPECT_FALSE(fs::exists(tree_));
  fs::remove_all(base_);
}

JobsSettings JobsTest::settings() const {
  JobsSettings settings;
  settings.paths = Paths((base_ / "root").string());
  settings.cgroup = tree_.string();
  settings.mgr_job = MGR_JOB;
  settings.job_uid = settings.job_gid = mgr_job_uid;
  return settings;
}

JobEvents JobsTest::events() {
  JobEvents events;
  events.ended = [this](const Job& job) {
    EXPECT_FALSE(job.alive());
    ended_.push_back(job);
  };
  return events;
}

Result<std::uint64_t> JobsTest::try_start(const JobSpec& spec, const std::string& input) {
  auto id = jobs_->accept(spec, input);
  if (!id) return id;
  if (auto committed = jobs_->commit(); !committed) return tl::unexpected(committed.error());
  return id;
}

void JobsTest::open_jobs(const JobsSettings& with) {
  loop_ = std::make_unique<uv_loop_t>();
  ASSERT_EQ(uv_loop_init(loop_.get()), 0);
  auto opened = Jobs::open(loop_.get(), with, events());
  ASSERT_TRUE(opened) << opened.error().detail;
  jobs_ = std::move(*opened);
}

void JobsTest::close_jobs() {
  jobs_.reset();
  if (!loop_) return;
  uv_run(loop_.get(), UV_RUN_DEFAULT);
  EXPECT_EQ(uv_loop_close(loop_.get()), 0);
  loop_.reset();
}

JobSpec JobsTest::probe(const std::vector<std::string>& words) const {
  JobSpec spec;
  spec.module = "test";
  spec.action = words.front();
  spec.run.argv = {(base_ / "probe").string()};
  spec.run.argv.insert(spec.run.argv.end(), words.begin(), words.end());
  spec.run.cwd = work_.string();
  spec.run.uid = command_uid;
  spec.run.gid = command_gid;
  return spec;
}

std::uint64_t JobsTest::start(const JobSpec& spec, const std::string& input) {
  const auto id = try_start(spec, input);
  EXPECT_TRUE(id) << id.error().detail;
  return id.value_or(0);
}

void JobsTest::run_until(const std::function<bool()>& so) {
  bool impatient = false;
  uv_timer_t timer;
  uv_timer_init(loop_.get(), &timer);
  timer.data = &impatient;
  uv_timer_start(
      &timer, [](uv_timer_t* handle) { *static_cast<bool*>(handle->data) = true; }, patience_ms, 0);
  while (!so() && !impatient) uv_run(loop_.get(), UV_RUN_ONCE);
  EXPECT_FALSE(impatient) << "what was waited for did not come";
  bool closed = false;
  timer.data = &closed;
  uv_close(reinterpret_cast<uv_handle_t*>(&timer),
           [](uv_handle_t* handle) { *static_cast<bool*>(handle->data) = true; });
  while (!closed) uv_run(loop_.get(), UV_RUN_NOWAIT);
}

Job JobsTest::end_of(std::uint64_t id) {
  const auto is_it = [id](const Job& job) { return job.spec.id == id; };
  run_until([&] { return std::ranges::any_of(ended_, is_it); });
  EXPECT_EQ(std::ranges::count_if(ended_, is_it), 1) << "Ended is called once";
  EXPECT_FALSE(fs::exists(leaf(id))) << "the cgroup is gone when Ended is called";
  const auto found = std::ranges::find_if(ended_, is_it);
  return found == ended_.end() ? Job{} : *found;
}

fs::path JobsTest::job_folder(std::uint64_t id) const {
  return fs::path(settings().paths.jobs_folder()) / std::to_string(id);
}

fs::path JobsTest::leaf(std::uint64_t id) const { return tree_ / ("job-" + std::to_string(id)); }

Descriptor JobsTest::only_mgr_job() const {
  const std::string pids = text_of(tree_ / "supervisors/cgroup.procs");
  EXPECT_EQ(std::ranges::count(pids, '\n'), 1);
  auto process = open_process(std::atoi(pids.c_str()));
  EXPECT_TRUE(process);
  return process ? std::move(*process) : Descriptor();
}

void JobsTest::kill_only_mgr_job() const { EXPECT_TRUE(signal_process(only_mgr_job(), SIGKILL)); }

void JobsTest::wait_for_no_mgr_job() const {
  const Descriptor events(
      open((tree_ / "supervisors/cgroup.events").c_str(), O_RDONLY | O_CLOEXEC));
  char text[256] = {};
  while (pread(events.get(), text, sizeof(text) - 1, 0) > 0 &&
         std::string_view(text).find("populated 0") == std::string_view::npos) {
    pollfd polled{events.get(), POLLPRI, 0};
    ASSERT_EQ(poll(&polled, 1, patience_ms), 1);
  }
}

void JobsTest::die_after(const std::function<void()>& work, const Fifo& ready) {
  close_jobs();
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    work();
    while (true) pause();
  }
  EXPECT_TRUE(ready.wait_for(1));
  EXPECT_TRUE(signal_process(open_process(child).value(), SIGKILL));
  EXPECT_EQ(waitpid(child, nullptr, 0), child);
}

int JobsTest::status_in_a_helper(const std::function<int()>& work) {
  close_jobs();
  const pid_t child = fork();
  if (child == 0) _exit(work());
  int status = -1;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return status;
}

std::string JobsTest::output(const std::string& name) const { return text_of(work_ / name); }

}  // namespace mgr
