// The reply that a client gets: one line of JSON, the line feed included (PROTOCOL.md, "Replies").
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/error.h"

namespace mgr {

// {"success":true,"msg":"<action> ok","data":<data>}. `data` is a JSON object, or empty for none.
[[nodiscard]] std::string success_line(std::string_view action, std::string_view data);

// {"success":false,"msg":{"err_code":4},"error":"denied","detail":"…","audit":1234}. `audit` is the
// sequence number of the audit line to quote to an admin; 0 where there is none.
// One of several lines: the same with "more":true, and another follows.
[[nodiscard]] std::string part_line(std::string_view action, std::string_view data);

[[nodiscard]] std::string failure_line(const Error& error, std::uint64_t audit = 0);

}  // namespace mgr
