// What mgr-job does with a job's leaf beyond what the helper does: makes it, signals every process
// in it, and ends those that outlive cgroup.kill. Root at first, then user mgr-job with CAP_KILL;
// distrusts the processes, which fork, end and change their pids while it goes.
#pragma once

#include <cstdint>

#include "helper/jobs/cgroup_leaf.h"
#include "protocol/descriptor.h"
#include "protocol/error.h"

namespace mgr {

// Makes job-`id`, in the place of an empty one if need be. `tree` is borrowed for the call.
[[nodiscard]] Result<CgroupLeaf> make_leaf(int tree, std::uint64_t id);

// Opened as root, used without.
class LeafSignals {
 public:
  static Result<LeafSignals> open(int leaf);

  // Signals those that are in the leaf now. A pid is signalled through a pidfd, and only if it is
  // listed in the leaf again after that was opened: so a pid that went to another process meanwhile
  // is never hit. What forks away in between is left for cgroup.kill.
  void send(int signal) const;

  // SIGKILL to those that cgroup.kill does not end: it goes to a process's first thread, and where
  // that has ended and others have not it is lost (a pidfd is the process's, and so is what is sent
  // by it). The leaf is frozen first, for good, so that none of them forks away: whatever is called
  // again finds fewer, until none is left.
  void end_rest() const;

 private:
  Descriptor processes_;  // cgroup.procs
  Descriptor freeze_;     // cgroup.freeze
};

// `mgr-job --sweep JOB`, run by the helper as root where no mgr-job of the job does it: SIGKILL to
// all of the leaf that is job_cgroup_descriptor. One that is gone meanwhile has nothing to end, not
// even where another of its name is there. The exit status.
[[nodiscard]] int sweep_leaf();

}  // namespace mgr
