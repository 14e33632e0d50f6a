// mgrctl, with the caller's own uid. Exit codes that tell success, refusal and unavailable apart.
#pragma once

#include "client/failure.h"
#include "client/reply.h"

namespace mgr::client {

enum class ExitCode : int {
  ok = 0,
  failed = 1,         // failed, conflict, not_found, timeout, and what a later version may add
  usage = 2,          // the command line, or unknown_action, malformed, invalid_argument, too_large
  denied = 126,       // unauthenticated, denied, stale
  unavailable = 127,  // busy, unavailable, no connection, no reply
};

[[nodiscard]] ExitCode exit_code(const Reply& reply);
[[nodiscard]] ExitCode exit_code(const Failure& failure);

}  // namespace mgr::client
