// Signals to processes: the one file that sends any. Helper and mgr-job; distrusts the pid it is
// given, which may have come from a file.
//
// kill(2) is not used at all: its 0, -1 and negative pids mean many processes, and a pid may be
// somebody else's by the time that it is used. A pidfd (pidfd_open(2)) stays with its process.
#pragma once

#include <sys/types.h>

#include "protocol/descriptor.h"
#include "protocol/error.h"

namespace mgr {

// A pidfd of a live or unreaped process. Refuses pids below 2. Fails with ESRCH where it is gone.
[[nodiscard]] Result<Descriptor> open_process(pid_t pid);

// pidfd_send_signal(2). A process that has ended meanwhile is no failure.
[[nodiscard]] Result<void> signal_process(const Descriptor& process, int signal);

}  // namespace mgr
