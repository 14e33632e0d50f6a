// The error table that clients see (PROTOCOL.md, "Errors"), and the one error type of the project.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace mgr {

// The numbers are the wire's err_code. 1 to 3 are the original protocol's.
enum class ErrorCode : std::uint8_t {
  unknown_action = 1,
  failed = 2,
  unauthenticated = 3,
  denied = 4,
  malformed = 5,
  invalid_argument = 6,
  busy = 7,
  unavailable = 8,
  stale = 9,
  too_large = 10,
  conflict = 11,
  not_found = 12,
  timeout = 13,
  last_value = timeout,
};

// The word that stands beside the number: "unknown_action", "failed", …
[[nodiscard]] std::string_view error_name(ErrorCode code);

// A failure as a value. `detail` is for people, in ASCII or UTF-8; it never holds a secret.
struct [[nodiscard]] Error {
  ErrorCode code = ErrorCode::failed;
  std::string detail;
};

template <typename T>
using Result = tl::expected<T, Error>;

[[nodiscard]] inline tl::unexpected<Error> fail(ErrorCode code, std::string detail) {
  return tl::unexpected<Error>(Error{code, std::move(detail)});
}

// A failed system call: `what` and strerror of the errno it left.
[[nodiscard]] tl::unexpected<Error> fail_errno(std::string_view what);

}  // namespace mgr
