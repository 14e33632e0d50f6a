// The one process of mgr-jobs.service: it keeps the cgroup of all jobs in being. Root.
#pragma once

namespace mgr {

// Makes `supervisors` and `hold` in its own cgroup (the unit has Delegate=yes), moves into `hold`,
// hands the memory and pids controllers down, tells systemd that it is ready (sd_notify(3)) and
// waits for SIGTERM. Gives the exit status.
[[nodiscard]] int hold_cgroup();

}  // namespace mgr
