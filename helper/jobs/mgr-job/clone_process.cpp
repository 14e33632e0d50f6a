// mgr-job, root.
#include "helper/jobs/mgr-job/clone_process.h"

#include <linux/sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace mgr {

pid_t clone_into_cgroup(int cgroup, Descriptor& process) {
  int process_descriptor = -1;
  clone_args arguments{};
  arguments.flags = CLONE_INTO_CGROUP | CLONE_PIDFD;
  arguments.pidfd = reinterpret_cast<std::uintptr_t>(&process_descriptor);
  arguments.exit_signal = SIGCHLD;
  arguments.cgroup = static_cast<__u64>(cgroup);
  const auto pid = static_cast<pid_t>(syscall(SYS_clone3, &arguments, sizeof(arguments)));
  if (pid > 0) process = Descriptor(process_descriptor);
  return pid;
}

}  // namespace mgr
