// What the tests of real jobs share: a root folder, a cgroup tree, a loop, and commands that run as
// users without a name. Root; runs inside a pid namespace of its own (jobs_run.sh).
#pragma once

#include <gtest/gtest.h>
#include <uv.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "helper/jobs/jobs.h"
#include "protocol/descriptor.h"

namespace mgr {

inline constexpr std::uint32_t command_uid = 61234;
inline constexpr std::uint32_t command_gid = 61235;
inline constexpr std::uint32_t mgr_job_uid = 61236;

// A FIFO that the command writes to and the test waits on, or the other way about.
class Fifo {
 public:
  explicit Fifo(const std::filesystem::path& path);
  [[nodiscard]] const std::string& path() const { return path_; }
  // Until so many bytes have come. False after half a minute.
  [[nodiscard]] bool wait_for(int bytes) const;
  void write(char byte) const;

 private:
  std::string path_;
  Descriptor both_ends_;
};

class JobsTest : public ::testing::Test {
 protected:
  // `parent` is where base_ is made.
  explicit JobsTest(std::string parent = "/tmp") : parent_(std::move(parent)) {}
  void SetUp() override;
  void TearDown() override;

  [[nodiscard]] JobsSettings settings() const;
  // Opens the jobs as a helper that starts does.
  void open_jobs() { open_jobs(settings()); }
  void open_jobs(const JobsSettings& with);
  // As a helper that ends does: its loop ends with it.
  void close_jobs();
  // A command of jobs_probe.
  [[nodiscard]] JobSpec probe(const std::vector<std::string>& words) const;
  // Accepts and commits it, as a helper does at the end of a turn.
  Result<std::uint64_t> try_start(const JobSpec& spec, const std::string& input = "");
  std::uint64_t start(const JobSpec& spec, const std::string& input = "");
  // What open_jobs() gives: ends are gathered in ended_.
  JobEvents events();
  // Runs the loop until it is so. Fails after half a minute.
  void run_until(const std::function<bool()>& so);
  // Runs the loop until Ended was called for the job, and gives what it was called with.
  Job end_of(std::uint64_t id);
  Job run(const JobSpec& spec, const std::string& input = "") { return end_of(start(spec, input)); }

  [[nodiscard]] std::filesystem::path job_folder(std::uint64_t id) const;
  [[nodiscard]] std::filesystem::path leaf(std::uint64_t id) const;
  // The only mgr-job that lives.
  [[nodiscard]] Descriptor only_mgr_job() const;
  void kill_only_mgr_job() const;
  // A job's end is told at its mgr-job's hang-up, an instant before that process is gone.
  void wait_for_no_mgr_job() const;
  // Does it with jobs of its own in a child process, which is killed with SIGKILL when `ready` has
  // a byte. The jobs of this process are closed first.
  void die_after(const std::function<void()>& work, const Fifo& ready);
  // The same to its end, and gives its exit status.
  int status_in_a_helper(const std::function<int()>& work);
  [[nodiscard]] std::string output(const std::string& name) const;

  std::string parent_;
  std::filesystem::path base_;  // open to all: below it root/, work/ (the command's) and the probe
  std::filesystem::path work_;
  std::filesystem::path tree_;
  std::unique_ptr<uv_loop_t> loop_;
  std::unique_ptr<Jobs> jobs_;
  std::vector<Job> ended_;
};

}  // namespace mgr
