// mgr-configure and helper (root), pure; distrusts the text.
#include "policy/duration.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace mgr {

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  struct Unit {
    std::string_view name;
    std::int64_t milliseconds;
  };
  static constexpr std::array<Unit, 5> units{
      {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}}};
  std::uint32_t number = 0;  // 32 bits of days fit 64 bits of milliseconds
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  const auto unit = std::ranges::find(units, text, &Unit::name);
  if (unit == units.end()) return std::nullopt;
  return std::chrono::milliseconds(number * unit->milliseconds);
}

}  // namespace mgr
