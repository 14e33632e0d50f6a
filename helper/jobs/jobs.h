// The jobs: recorded before they are answered, supervised by one mgr-job each, found again by a
// helper that restarts. Helper process, root; distrusts what mgr-job wrote and the job's cgroup.
//
// Nothing lives here alone: every entry can be rebuilt from /var/lib/mgr/jobs.
#pragma once

#include <uv.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "helper/jobs/job_files.h"
#include "protocol/error.h"
#include "protocol/paths.h"

namespace mgr {

enum class JobState { accepted, running, stopping, succeeded, failed, stopped, timed_out, lost };
[[nodiscard]] std::string_view state_name(JobState state);

// What is known of a job. Owned by Jobs; valid until the next call into Jobs.
struct Job {
  JobSpec spec;
  JobState state = JobState::accepted;
  std::optional<StartRecord> start;  // once it has ended, or was found running
  std::optional<ExitRecord> exit;
  [[nodiscard]] bool alive() const { return state <= JobState::stopping; }
};

struct JobsSettings {
  Paths paths;
  std::string cgroup;                     // the folder of the jobs' tree
  std::string mgr_job;                    // the program's absolute path
  std::uint32_t job_uid = 0;              // whom mgr-job becomes once the command runs
  std::uint32_t job_gid = 0;              // neither may be 0
  std::uint64_t highest_id_in_audit = 0;  // where the counter file is gone, ids go on above it
  // Told what an admin should know, such as a folder set aside. May be empty.
  std::function<void(std::string_view)> report;
};

class Jobs {
 public:
  // Called from the loop when a job has ended for good (its record is written, its cgroup gone).
  using Ended = std::function<void(const Job&)>;

  // Finds the jobs of the folder again: those whose lock is held are running, those without are
  // ended, lost, or (accepted but never started) started now. A folder that does not decode is left
  // alone and logged. Fails where the folder or the cgroup tree cannot be used at all.
  static Result<std::unique_ptr<Jobs>> open(uv_loop_t* loop, JobsSettings settings, Ended ended);
  virtual ~Jobs() = default;

  // Records the job durably and starts its mgr-job. `spec` comes without id; that of the new job is
  // the result. On failure nothing runs and nothing is recorded.
  virtual Result<std::uint64_t> start(JobSpec spec) = 0;

  // Asks mgr-job to end the tree: SIGTERM, the grace period, cgroup.kill. Ended is called when it
  // is gone. Without effect on a job that is not alive.
  virtual void stop(std::uint64_t id) = 0;

  [[nodiscard]] virtual const Job* find(std::uint64_t id) const = 0;
  [[nodiscard]] virtual const Job* alive_with_key(std::string_view key) const = 0;
  // Those of a module, oldest first.
  [[nodiscard]] virtual std::vector<const Job*> of_module(std::string_view module) const = 0;
};

}  // namespace mgr
