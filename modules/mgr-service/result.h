// mgr-service · user mgr-service · holds no input of its own.
//
// Errors are values: a function that can fail returns Result<T>. The message is for people, and
// has what others wrote in it as a quoted JSON string.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

#include "protocol/json.h"

namespace mgr_service {

// mgr-service(8), EXIT STATUS.
enum class Exit { success = 0, refused = 1, usage = 2, unreachable = 3 };

struct Error {
  Exit exit = Exit::refused;
  std::string message;
};

template <typename T>
using Result = tl::expected<T, Error>;

[[nodiscard]] inline tl::unexpected<Error> failure(Exit exit, std::string message) {
  return tl::unexpected<Error>(Error{exit, std::move(message)});
}

[[nodiscard]] inline std::string quoted(std::string_view text) {
  std::string json;
  mgr::append_json_string(json, text);
  return json;
}

}  // namespace mgr_service
