// Any process.
#include "protocol/error.h"

#include <array>
#include <cerrno>
#include <cstring>

namespace mgr {

std::string_view error_name(ErrorCode code) {
  static constexpr std::array<std::string_view, 14> names{
      "",          "unknown_action",   "failed",    "unauthenticated", "denied",
      "malformed", "invalid_argument", "busy",      "unavailable",     "stale",
      "too_large", "conflict",         "not_found", "timeout"};
  return names.at(static_cast<std::size_t>(code));
}

tl::unexpected<Error> fail_errno(std::string_view what) {
  const int error = errno;
  return fail(ErrorCode::failed, std::string(what) + ": " + std::strerror(error));
}

}  // namespace mgr
