// A signal to every process of a job's leaf. mgr-job, user mgr-job with CAP_KILL; distrusts the
// processes, which fork, end and change their pids while it goes.
#pragma once

#include "helper/jobs/cgroup_leaf.h"

namespace mgr {

// Signals those that are in the leaf now. A pid is signalled through a pidfd, and only if it is
// listed in the leaf again after that was opened: so a pid that went to another process meanwhile
// is never hit. What forks away in between is left for cgroup.kill.
void signal_leaf(const CgroupLeaf& leaf, int signal);

}  // namespace mgr
