// What mgr-job does with a job's leaf beyond what the helper does: makes it, and signals every
// process in it. Root at first, then user mgr-job with CAP_KILL; distrusts the processes, which
// fork, end and change their pids while it goes.
#pragma once

#include <cstdint>

#include "helper/jobs/cgroup_leaf.h"
#include "protocol/descriptor.h"
#include "protocol/error.h"

namespace mgr {

// Makes job-`id`; an empty one that is there already will do. `tree` is borrowed for the call.
[[nodiscard]] Result<CgroupLeaf> make_leaf(int tree, std::uint64_t id);

// Opened as root, used without.
class LeafSignals {
 public:
  static Result<LeafSignals> open(const CgroupLeaf& leaf);

  // Signals those that are in the leaf now. A pid is signalled through a pidfd, and only if it is
  // listed in the leaf again after that was opened: so a pid that went to another process meanwhile
  // is never hit. What forks away in between is left for cgroup.kill.
  void send(int signal) const;

 private:
  Descriptor processes_;  // cgroup.procs
};

}  // namespace mgr
