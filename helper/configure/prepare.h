// What must be there before the helper serves. mgr-configure, root.
#pragma once

#include <sys/types.h>

#include <string>

#include "protocol/error.h"
#include "protocol/paths.h"

namespace mgr {

// One of root's own: with that mode where it is made now. Fails where something else is there, or
// others than root can write it.
[[nodiscard]] Result<void> make_folder(const std::string& path, mode_t mode);

// /run/mgr, /var/lib/mgr and /var/log/mgr. Fails where one is there and others than root can write
// it.
[[nodiscard]] Result<void> make_folders(const Paths& paths);

// The cgroup that mgr.toml names, with the controllers for the jobs' limits where it can have them.
// The one of mgr-jobs.service is systemd's to make.
[[nodiscard]] Result<void> make_job_tree(const std::string& folder);

}  // namespace mgr
