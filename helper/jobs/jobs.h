// The jobs: recorded before they are answered, supervised by one mgr-job each, found again by a
// helper that restarts. Helper process, root; distrusts what mgr-job wrote and the job's cgroup.
//
// Nothing lives here alone: every entry can be rebuilt from /var/lib/mgr/jobs.
#pragma once

#include <uv.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "helper/jobs/job_files.h"
#include "helper/jobs/retention.h"
#include "protocol/descriptor.h"
#include "protocol/error.h"
#include "protocol/paths.h"

namespace mgr {

enum class JobState {
  accepted,  // recorded, not looked at yet
  queued,    // waits for a place, a lock, or its next attempt
  running,
  stopping,
  succeeded,
  failed,
  stopped,
  timed_out,
  lost
};
[[nodiscard]] std::string_view state_name(JobState state);

// What is known of a job. Owned by Jobs; valid until the next call into Jobs.
struct Job {
  JobSpec spec;
  JobState state = JobState::accepted;
  std::uint32_t attempt = 1;
  std::optional<StartRecord> start;  // of this attempt; while it runs, when the helper launched it
  std::optional<ExitRecord> exit;
  std::optional<std::uint8_t> progress;  // per cent, by the command's word
  [[nodiscard]] bool alive() const { return state <= JobState::stopping; }
};

struct JobsSettings {
  Paths paths;
  std::string cgroup;                     // the folder of the jobs' tree
  std::string mgr_job;                    // the program's absolute path
  std::uint32_t job_uid = 0;              // whom mgr-job becomes once the command runs
  std::uint32_t job_gid = 0;              // neither may be 0
  std::uint64_t highest_id_in_audit = 0;  // where the counter file is gone, ids go on above it
  std::uint32_t max_running = 256;        // in all; more wait
  Keep keep;                              // which ended jobs are kept
  // A tree that is there so long after a stop and its grace period is killed by the helper itself.
  std::chrono::milliseconds stop_margin{5000};
  // Told what an admin should know, such as a folder set aside. May be empty.
  std::function<void(std::string_view)> report;
};

// Called from the loop.
struct JobEvents {
  // A job has ended for good: its record is on disk, its cgroup gone.
  std::function<void(const Job&)> ended;
  // A job that is alive is in another state, or further on. May be empty.
  std::function<void(const Job&)> changed;
  // The output of a job that is followed can be opened, or has grown: to so many bytes, or (0) by a
  // line of progress. May be empty.
  std::function<void(const Job&, std::uint64_t)> printed;
};

class Jobs {
 public:
  // Finds the jobs of the folder again: those whose lock is held are running, those without are
  // ended, lost, or (accepted but never started) wait again. A folder that does not decode is left
  // alone and reported. Fails where the folder or the cgroup tree cannot be used at all.
  static Result<std::unique_ptr<Jobs>> open(uv_loop_t* loop, JobsSettings settings,
                                            JobEvents events);
  virtual ~Jobs() = default;

  // Takes a job in; `spec` comes without id, that of the new job is the result. `input` is what its
  // command reads, where spec.run.input says so; a secret is never on disk, and ends with the
  // helper where mgr-job has not taken it. Nothing of the job is on disk and nothing runs before
  // commit(). Fails with conflict (a job of this key is alive, or, for one of mode job, one that
  // runs alone), failed (the disk is full, and it is not urgent), busy (its action's queue is full,
  // or too many bodies are kept), invalid_argument, too_large or unavailable (no cgroup).
  virtual Result<std::uint64_t> accept(JobSpec spec, std::string input = {}) = 0;
  // Forgets one that was accepted since the last commit.
  virtual void withdraw(std::uint64_t id) = 0;
  // Puts all that were accepted on disk, together, and starts what may start. On failure (a full
  // disk) none of them was ever there.
  virtual Result<void> commit() = 0;

  // From now on. Not between accept() and commit(): what waits may start at once.
  virtual void set_limits(std::uint32_t max_running, Keep keep) = 0;

  // Ends one that waits, or asks mgr-job to end the tree: SIGTERM, the grace period, cgroup.kill. A
  // mgr-job that does not is none of ours any more, and the tree is killed. `ended` is called when
  // it is gone. Without effect on a job that is not alive.
  virtual void stop(std::uint64_t id) = 0;

  // The ends that were told are kept elsewhere by now (in the audit log): a helper that starts need
  // not tell them again.
  virtual void ends_are_kept() = 0;

  // Takes the record of an ended job away, and gives about how many bytes that freed.
  virtual Result<std::uint64_t> remove(std::uint64_t id) = 0;

  // Its output, read-only: the files head, tail0 and tail1. Fails with not_found before it has run.
  // A link or anything else than a plain file in their place is refused.
  [[nodiscard]] virtual Result<std::array<Descriptor, 3>> open_output(std::uint64_t id) const = 0;
  // From now on `printed` is called when there is more of it: at once, where the job runs.
  virtual void follow(std::uint64_t id) = 0;

  [[nodiscard]] virtual const Job* find(std::uint64_t id) const = 0;
  [[nodiscard]] virtual const Job* alive_with_key(std::string_view key) const = 0;
  // Those of mode job that are alive, accepted ones among them.
  [[nodiscard]] virtual const std::set<std::uint64_t>& alive() const = 0;
  // Those that a request with this id started for the same uid and on-behalf-of within the last
  // day, by their numbers: of the newest such request alone.
  [[nodiscard]] virtual std::set<std::uint64_t> of_request(const Asker& asker,
                                                           std::string_view request_id) const = 0;
  // Those of a module, oldest first; of all modules for "".
  [[nodiscard]] virtual std::vector<const Job*> of_module(std::string_view module) const = 0;
};

}  // namespace mgr
