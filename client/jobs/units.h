// mgrctl, with the caller's own uid. Times and sizes as people read them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mgr::client {

// "77 B", "1.2 kB", "1.2 MB": powers of 1,000, one digit behind the point.
[[nodiscard]] std::string human_size(std::uint64_t bytes);

// "12 ms", "1.2 s", "3 min 4 s", "2 h 5 min", "3 d 4 h".
[[nodiscard]] std::string human_duration(std::uint64_t milliseconds);

// Milliseconds since 1970 of "2026-11-22T22:00:00.123456Z" (RFC 3339 in UTC; the fraction may be
// absent); nothing for another text.
[[nodiscard]] std::optional<std::int64_t> parse_time(std::string_view text);

// "2026-11-22 22:00:00 UTC"; another text stays as it is.
[[nodiscard]] std::string human_time(const std::string& text);

// The same of milliseconds since 1970.
[[nodiscard]] std::string human_time(std::int64_t milliseconds);

}  // namespace mgr::client
