// Where cgroup v2 is mounted and where in it we are. mgr-configure and mgr-job, root; trusts /proc.
#pragma once

#include <string>
#include <string_view>

#include "protocol/error.h"

namespace mgr {

// The folder on which cgroup v2 is mounted: the first of that type in a file such as
// /proc/self/mounts (getmntent(3)). It is /sys/fs/cgroup, or beside v1 /sys/fs/cgroup/unified.
[[nodiscard]] Result<std::string> cgroup2_folder(const char* mounts = "/proc/self/mounts");

// From the text of /proc/self/cgroup (cgroups(7)): the path of the line `0::`, "" without it.
[[nodiscard]] std::string find_own_cgroup(std::string_view cgroups);

// The folder of this process's cgroup. In a container that shows a part of the hierarchy alone it
// may not exist.
[[nodiscard]] Result<std::string> own_cgroup_folder();

// The folder of the jobs' tree (cgroup_tree.h). `setting` is a cgroup as /proc/PID/cgroup names it
// ("/mgr-jobs"), or with the mount point before it. "" means the sibling mgr-jobs.service of our
// own cgroup.
[[nodiscard]] Result<std::string> job_tree_folder(const std::string& setting);

}  // namespace mgr
