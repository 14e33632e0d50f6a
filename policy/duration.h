// A duration's text, as configuration and requests write it. Pure; runs in mgr-configure and in the
// helper (root).
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace mgr {

// "10s": digits and ms, s, m, h or d. Nothing for any other text, and for what 32 bits do not hold.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

}  // namespace mgr
