// Which controllers the jobs' tree has, and handing them down to the leaves
// (Documentation/admin-guide/cgroup-v2.rst, "Controlling Controllers"). mgr-configure and
// mgr-job --hold, root; trusts the kernel.
#pragma once

#include <string>

namespace mgr {

// Lets the cgroups directly below `folder` have memory and pids. Best effort: one that `folder` has
// not got itself, or cannot hand down because processes live in it, is missing below, and
// controllers_of() tells.
void enable_controllers(const std::string& folder);

// The same for every cgroup above it, from the top, and then for `folder`.
void enable_controllers_down_to(const std::string& folder);

// What cgroup.controllers of that cgroup holds, "cpu memory pids"; where the cgroup is not there
// yet, that of its nearest parent. "" for none.
[[nodiscard]] std::string controllers_of(const std::string& folder);

}  // namespace mgr
