// The cgroup below which all jobs live: `supervisors` for the mgr-jobs, a leaf job-N for each
// command. Helper, root.
//
// Under systemd the tree is the cgroup of mgr-jobs.service (Delegate=yes), whose one process sits
// in a leaf `hold`, made by it. Elsewhere mgr.toml names a cgroup, and mgr-configure makes it.
#pragma once

#include <string>

#include "protocol/descriptor.h"
#include "protocol/error.h"

namespace mgr {

// Opens the tree and makes `supervisors` in it. Fails where the folder is not there or has no
// cgroup.kill (Linux 5.14), with a reason for people.
[[nodiscard]] Result<Descriptor> open_job_tree(const std::string& folder);

// Whether an open tree is still there: systemd removes it when mgr-jobs.service stops.
[[nodiscard]] bool is_usable_job_tree(int tree);

}  // namespace mgr
