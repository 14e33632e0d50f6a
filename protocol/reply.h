// The reply that a client gets: one line of JSON, the line feed included (PROTOCOL.md, "Replies").
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/error.h"

namespace mgr {

// {"success":true,"msg":"<action> ok","data":<data>}. `data` is a JSON object, or empty for none.
[[nodiscard]] std::string success_line(std::string_view action, std::string_view data);

// One of several lines: the same with "more":true, and another follows.
[[nodiscard]] std::string part_line(std::string_view action, std::string_view data);

// {"success":false,"msg":{"err_code":4},"error":"denied","detail":"…","audit":1234,"data":<data>}.
// `audit` is the sequence number of the audit line to quote to an admin; 0 where there is none.
// `data` as above: of a command that failed, what there is of it.
[[nodiscard]] std::string failure_line(const Error& error, std::uint64_t audit = 0,
                                       std::string_view data = {});

// The data of a line whose data stands at its end and is an object that is not empty, without the
// closing brace: members can be added. "" where the line has no such end.
[[nodiscard]] std::string_view open_data_of(std::string_view line);

}  // namespace mgr
