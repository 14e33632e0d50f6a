// The limit program's second hop: answers every request on the link with one line of JSON.
#pragma once

#include "tests/bench/unix_socket.h"

namespace mgr::bench {

// Returns when the link has ended.
void run_echo_back(UniqueFd link);

}  // namespace mgr::bench
