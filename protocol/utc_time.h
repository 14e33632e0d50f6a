// Times as people and logs read them. Broker and helper; pure.
#pragma once

#include <cstdint>
#include <string>

namespace mgr {

// RFC 3339 in UTC with microseconds: 2026-01-31T12:00:00.000001Z. What is not in the years 1970 to
// 9999 is the nearest that is. Not by gmtime_r(3), which asks for the machine's time zone and so
// for a file, which the broker in its cage cannot open.
[[nodiscard]] std::string utc_time(std::int64_t microseconds_since_1970);

}  // namespace mgr
