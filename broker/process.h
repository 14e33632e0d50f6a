// mgr-broker, before the cage. The process makes itself a small target: what it inherited from
// whoever started it is closed, forgotten or turned down.
#pragma once

#include <cstddef>

#include "protocol/descriptor.h"
#include "protocol/error.h"

namespace mgr::broker {

// Opens what is closed of descriptors 0 to 2 on /dev/null, so that no socket becomes one of them;
// umask 077; not dumpable (prctl(2)), no core files; as many descriptors as may be had. Fails for
// uid or gid 0: this process meets every stranger and must have nothing to lose.
[[nodiscard]] Result<void> prepare_process();

// Forgets the environment, once everything that is wanted of it has been read.
void forget_environment();

// How many connections the process has descriptors for: the limit, less what the broker needs
// itself and what may arrive over the link in one message, which would be cut off otherwise, and
// less those of jobs' output (of a low limit, a quarter).
[[nodiscard]] std::size_t descriptors_for_connections();

// Blocks every signal that is not the process's own fault, and gives a signalfd(2) on which
// SIGTERM and SIGINT can be read. There are no signal handlers.
[[nodiscard]] Result<Descriptor> open_signals();

}  // namespace mgr::broker
