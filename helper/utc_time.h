// Times as people and logs read them. Helper, root; pure.
#pragma once

#include <cstdint>
#include <string>

namespace mgr {

// RFC 3339 in UTC with microseconds: 2026-01-31T12:00:00.000001Z.
[[nodiscard]] std::string utc_time(std::int64_t microseconds_since_1970);

}  // namespace mgr
