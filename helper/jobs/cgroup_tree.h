// The cgroup below which all jobs live: `supervisors` for the mgr-jobs, a leaf job-N for each
// command. Helper, root; trusts /proc and the setting.
//
// Under systemd the tree is the cgroup of mgr-jobs.service (Delegate=yes), whose one process sits
// in a leaf `hold`, made by it. Elsewhere mgr.toml names a cgroup and this makes it.
#pragma once

#include <string>

#include "protocol/descriptor.h"
#include "protocol/error.h"

namespace mgr {

// Opens the tree and makes `supervisors` in it. `setting` is a cgroup as /proc/PID/cgroup names it
// ("/mgr-jobs"), or with the mount point before it; made where missing. "" means the sibling
// mgr-jobs.service of our own cgroup, which must be there. Fails without cgroup v2, and without
// cgroup.kill (Linux 5.14), with a reason for people.
[[nodiscard]] Result<Descriptor> open_job_tree(const std::string& setting);

// Whether an open tree is still there: systemd removes it when mgr-jobs.service stops.
[[nodiscard]] bool is_usable_job_tree(int tree);

}  // namespace mgr
