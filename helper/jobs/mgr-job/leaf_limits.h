// What the whole tree of a job may use: the limits of its cgroup. mgr-job, root, and at the end
// user mgr-job; trusts the kernel's files.
#pragma once

#include <string>

#include "policy/run_settings.h"
#include "protocol/error.h"

namespace mgr {

// Writes those that the settings name into the leaf, before anything lives in it: memory.max, with
// memory.swap.max 0 (the limit would only push the job out to the disk) and memory.oom.group 1 (a
// job without one of its processes is no job), where this kernel has them; and pids.max. Fails
// where the leaf has not got the controller, and names it. `leaf` is its folder, borrowed. Makes
// no system call where there is nothing to limit.
[[nodiscard]] Result<void> set_leaf_limits(int leaf, const RunSettings& run);

// Of an empty leaf: why its processes were killed, for people, or "" where it was not for want of
// memory (memory.events, oom_kill).
[[nodiscard]] std::string want_of_memory(int leaf, const RunSettings& run);

}  // namespace mgr
