// Helper (root) and mgr-job (user mgr-job with CAP_KILL).
#include "helper/jobs/signal_process.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace mgr {

Result<Descriptor> open_process(pid_t pid) {
  if (pid < 2) return fail(ErrorCode::failed, "not the pid of one ordinary process");
  Descriptor process(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  if (!process) return fail_errno("pidfd_open");
  return process;
}

Result<void> signal_process(const Descriptor& process, int signal) {
  if (syscall(SYS_pidfd_send_signal, process.get(), signal, nullptr, 0) == 0) return {};
  if (errno == ESRCH) return {};
  return fail_errno("pidfd_send_signal");
}

}  // namespace mgr
