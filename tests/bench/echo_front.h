// The limit program's first hop: accepts clients, forwards their requests over the link in the
// order of arrival and gives each reply to the client whose turn it is.
//
// It is the least that two hops can cost, so it parses nothing: it looks for the empty line that
// ends a request, and at the opening line that keeps a connection. The clients are those of
// bench_load, and trusted.
#pragma once

#include "tests/bench/unix_socket.h"

namespace mgr::bench {

// Returns on SIGTERM, or when the link has ended.
void run_echo_front(UniqueFd listener, UniqueFd link);

}  // namespace mgr::bench
