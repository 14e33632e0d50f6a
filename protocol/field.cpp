// Broker and helper.
#include "protocol/field.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "protocol/text.h"

namespace mgr {

bool is_known_reserved_name(std::string_view name) {
  // What a later version may carry out must be refused, never passed over.
  static constexpr std::array<std::string_view, 14> known{
      "module",      "action",      "signature",      "mgr-on-behalf-of", "mgr-wait",
      "mgr-confirm", "mgr-dry-run", "mgr-request-id", "mgr-body",         "auth-key",
      "auth-to",     "auth-time",   "auth-nonce",     "auth-body"};
  return std::find(known.begin(), known.end(), name) != known.end();
}

bool is_request_id(std::string_view value) {
  constexpr std::string_view allowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:-";
  return !value.empty() && value.size() <= max_request_id_length &&
         value.find_first_not_of(allowed) == std::string_view::npos;
}

Result<std::size_t> parse_body_length(std::string_view value) {
  const bool digits = value.find_first_not_of("0123456789") == std::string_view::npos;
  if (value.empty() || !digits || (value.size() > 1 && value.front() == '0')) {
    return fail(ErrorCode::invalid_argument, "mgr-body is a number of bytes");
  }
  std::size_t length = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), length);
  if (error != std::errc() || length > max_body_length) {
    return fail(ErrorCode::too_large, "a body over 1048576 bytes");
  }
  return length;
}

}  // namespace mgr
