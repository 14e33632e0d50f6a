// mgrctl, with the caller's own uid.
#include "client/exit_code.h"

#include "protocol/error.h"

namespace mgr::client {

ExitCode exit_code(const Reply& reply) {
  if (reply.success) return ExitCode::ok;
  switch (static_cast<ErrorCode>(reply.err_code)) {
    case ErrorCode::unknown_action:
    case ErrorCode::malformed:
    case ErrorCode::invalid_argument:
    case ErrorCode::too_large:
      return ExitCode::usage;
    case ErrorCode::unauthenticated:
    case ErrorCode::denied:
    case ErrorCode::stale:
      return ExitCode::denied;
    case ErrorCode::busy:
    case ErrorCode::unavailable:
      return ExitCode::unavailable;
    case ErrorCode::failed:
    case ErrorCode::conflict:
    case ErrorCode::not_found:
    case ErrorCode::timeout:
      return ExitCode::failed;
  }
  return ExitCode::failed;
}

ExitCode exit_code(const Failure& failure) {
  return failure.kind == Failure::Kind::invalid_request ? ExitCode::usage : ExitCode::unavailable;
}

}  // namespace mgr::client
