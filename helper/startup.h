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

// The sockets that the helper listens on: of the clients, and of the broker alone.
struct Listeners {
  Descriptor clients, broker;
};

// systemd's, where it passes them (sd_listen_fds(3)): so both wait, and refuse nobody, while the
// helper is away. Which is which is what the kernel says that they are bound to, and neither their
// order nor a name from the environment: both sockets of `paths` have to be there and nothing else.
// Without systemd both are made, and what an earlier run left is replaced. The broker's is its
// group's, as mgr.toml has it, whatever the socket's unit says; who may open the clients' is for
// the unit to say. The lock must be held.
Result<Listeners> open_listeners(const Paths& paths, gid_t broker_group);

}  // namespace mgr
