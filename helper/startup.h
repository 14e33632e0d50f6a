// What the helper does to itself and to the file system before it serves anybody. Helper, root;
// distrusts what it inherited: descriptors, environment, limits, what lies in /run.
#pragma once

#include <sys/types.h>

#include <string>

#include "protocol/descriptor.h"
#include "protocol/error.h"
#include "protocol/paths.h"

namespace mgr {

// Descriptors 0 to 2 open, an environment of our own (but systemd's variables), umask 077, no core
// dump, not dumpable (prctl(2)), as many descriptors as the hard limit grants; all signals
// blocked but faults and those that are of use, and children told of.
void set_up_process();

// How many connections fit beside the jobs under RLIMIT_NOFILE, `wanted` at most: half of it, and
// each takes two descriptors while it is handed down.
[[nodiscard]] std::size_t connections_that_fit(std::size_t wanted);

// Holds /run/mgr/helper.lock for the life of the process: a second helper fails here.
Result<void> take_instance_lock(const Paths& paths);

// A UNIX stream listener of that path, mode and group; a socket left by an earlier run is replaced.
// The lock must be held.
Result<Descriptor> listen_at(const std::string& path, mode_t mode, gid_t group);

// The client socket: systemd's (sd_listen_fds(3)) where it passed one, else made by listen_at.
Result<Descriptor> client_listener(const Paths& paths);

}  // namespace mgr
