// What a job printed, as clients get it. mgr-broker; distrusts the bytes and the times.
#pragma once

#include <deque>
#include <string>
#include <string_view>

#include "broker/job_output.h"
#include "protocol/json.h"

namespace mgr::broker {

// Takes as many records from the front of `records`, which is not empty, as a line should hold, and
// writes them as the data of a reply:
//   {"skipped":0,"records":[
//     {"time":"2026-01-31T12:00:00.000001Z","stream":"stdout","position":0,"text":"…"}]}
// with "base64" instead of "text" where the bytes are not UTF-8. `skipped` bytes before the first
// of these records are not kept; "restarted":true stands before it where they begin a new attempt.
// So a gap or an attempt begins a line.
[[nodiscard]] std::string take_output_data(std::deque<PrintedRecord>& records);

// How bytes are written: as text where they are UTF-8, in base64 (RFC 4648, padded) otherwise.
[[nodiscard]] bool is_utf8(std::string_view text);
[[nodiscard]] std::string base64(std::string_view bytes);

}  // namespace mgr::broker
