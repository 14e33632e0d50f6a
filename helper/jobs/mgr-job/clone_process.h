// clone3(2) into a cgroup. mgr-job, root.
#pragma once

#include <sys/types.h>

#include "protocol/descriptor.h"

namespace mgr {

// Like fork, but the child is born in the cgroup whose folder is given, so that there is no moment
// at which it is elsewhere. `process` becomes its pidfd, in the parent. -1 and errno on failure.
// Only for a process of one thread.
[[nodiscard]] pid_t clone_into_cgroup(int cgroup, Descriptor& process);

}  // namespace mgr
