// Broker and helper; pure.
#include "protocol/utc_time.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

namespace mgr {

std::string utc_time(std::int64_t microseconds) {
  using namespace std::chrono;
  constexpr std::int64_t end_of_9999 = 253402300799999999;
  const sys_time<std::chrono::microseconds> time(
      std::chrono::microseconds(std::clamp<std::int64_t>(microseconds, 0, end_of_9999)));
  const sys_days day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  std::array<char, 64> text{};
  const int length = std::snprintf(
      text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ",
      static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
      static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
      static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()),
      static_cast<int>(clock.subseconds().count()));
  return {text.data(), static_cast<std::size_t>(length)};
}

}  // namespace mgr
