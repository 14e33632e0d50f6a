// Where cgroup v2 is mounted and where in it we are. Helper and mgr-job, root; trusts /proc.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocol/error.h"

namespace mgr {

// A mount of cgroup v2: where it is, and which part of the hierarchy it shows.
struct CgroupMount {
  std::string mount_point;
  std::string root;
};

// From the text of /proc/self/mountinfo (proc(5)); the first one wins.
[[nodiscard]] std::optional<CgroupMount> find_cgroup2(std::string_view mountinfo);

// From the text of /proc/self/cgroup (cgroups(7)): the path of the line `0::`, "" without it.
[[nodiscard]] std::string find_own_cgroup(std::string_view cgroups);

// The folder of the cgroup `own`. Fails where that mount does not show it.
[[nodiscard]] Result<std::string> cgroup_folder(const CgroupMount& mount, std::string_view own);

// These of this process.
[[nodiscard]] Result<CgroupMount> cgroup2_mount();
[[nodiscard]] Result<std::string> own_cgroup_folder();

}  // namespace mgr
