// mgr-scan · user mgr-scan, or root for --accept · holds no input of its own.
//
// Errors are values: a function that can fail returns Result<T>. The message is complete, is
// meant for the administrator, and has names from outside already escaped (printable.h).
#pragma once

#include <cstring>
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace mgr_scan {

struct Error {
  std::string message;
};

template <typename T>
using Result = tl::expected<T, Error>;

[[nodiscard]] inline tl::unexpected<Error> failure(std::string message) {
  return tl::unexpected<Error>(Error{std::move(message)});
}

// `what` names the step and the object; `error_number` is an errno.
[[nodiscard]] inline tl::unexpected<Error> system_failure(const std::string& what,
                                                          int error_number) {
  return failure(what + ": " + std::strerror(error_number));
}

}  // namespace mgr_scan
