// mgr-broker, once everything is open. The cage: what a broker that has been taken over cannot do.
//
//   capabilities  none, in any set, and none by exec (libcap-ng(3), no_new_privs)
//   Landlock      no file can be opened, made, removed or executed; from kernel 6.7 no TCP port be
//                 bound or connected to; from 6.12 no signal leave and no abstract socket be
//                 reached
//   seccomp       the system calls of a loop over sockets that are open, and what reconnects the
//                 link: socket(AF_UNIX, SOCK_STREAM) and connect. Calls that a library may try for
//                 good reason (open above all), and those whose refusal a test wants to see, fail
//                 with EPERM; every other call ends the process.
//
// seccomp cannot see a path, and Landlock does not (yet) judge connect() on one: which UNIX sockets
// can be reached is for their permissions to say, and the broker's user owns none.
// All three are one-way, and hold for the calling thread; there is no other.
#pragma once

#include "protocol/error.h"

namespace mgr::broker {

// All of them, in this order. What the kernel does not have of Landlock is logged; anything else
// that cannot be had is a failure, and the broker must not run.
[[nodiscard]] Result<void> enter_cage();

// One at a time, for enter_cage.
[[nodiscard]] Result<void> drop_capabilities();
[[nodiscard]] Result<int> restrict_with_landlock();  // the ABI that it found; 0 for none
[[nodiscard]] Result<void> restrict_system_calls();

}  // namespace mgr::broker
