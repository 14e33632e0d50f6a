// One `name:value` of a request, and the names that are not an action's arguments.
#pragma once

#include <string>
#include <string_view>

#include "protocol/error.h"

namespace mgr {

// A field that owns its text: a folded name (is_name) and a trimmed value (is_value).
struct Field {
  std::string name;
  std::string value;
  friend bool operator==(const Field&, const Field&) = default;
  static void members(auto& archive, auto& record) { archive(record.name, record.value); }
};

// The same, as a view into somebody's buffer.
struct FieldView {
  std::string_view name;
  std::string_view value;
  static void members(auto& archive, auto& record) { archive(record.name, record.value); }
};

// True for module, action, signature, mgr, auth-* and mgr-*: no argument may be declared so.
[[nodiscard]] inline bool is_reserved_name(std::string_view name) {
  return name == "module" || name == "action" || name == "signature" || name == "mgr" ||
         name.starts_with("auth-") || name.starts_with("mgr-");
}

// The reserved names that mean something in this version; another reserved name is refused.
[[nodiscard]] bool is_known_reserved_name(std::string_view name);

// The value of mgr-request-id: 1 to 64 of A-Z a-z 0-9 _ . : -
inline constexpr std::size_t max_request_id_length = 64;
[[nodiscard]] bool is_request_id(std::string_view value);
inline constexpr const char* not_a_request_id =
    "mgr-request-id is 1 to 64 of A-Z a-z 0-9 _ . : and -";

// The value of mgr-body: how many bytes follow the block. Fails with invalid_argument where it is
// not a decimal as one is written (no sign, no leading zero), with too_large past max_body_length.
[[nodiscard]] Result<std::size_t> parse_body_length(std::string_view value);

}  // namespace mgr
