// mgr-shutdown · root · holds no input of its own.
//
// Errors are values: a function that can fail returns Result<T>. The message is complete and meant
// for the administrator.
#pragma once

#include <cstring>
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace mgr_shutdown {

struct Error {
  std::string message;
};

template <typename T>
using Result = tl::expected<T, Error>;

[[nodiscard]] inline tl::unexpected<Error> failure(std::string message) {
  return tl::unexpected<Error>(Error{std::move(message)});
}

// `error_number` is an errno, or what libsystemd returns: an errno made negative.
[[nodiscard]] inline tl::unexpected<Error> system_failure(const std::string& what,
                                                          int error_number) {
  return failure(what + ": " + std::strerror(error_number < 0 ? -error_number : error_number));
}

}  // namespace mgr_shutdown
