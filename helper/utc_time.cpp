// mgr-helper, root; pure.
#include "helper/utc_time.h"

#include <array>
#include <ctime>

namespace mgr {

std::string utc_time(std::int64_t microseconds_since_1970) {
  const auto seconds = static_cast<std::time_t>(microseconds_since_1970 / 1000000);
  const auto micros = static_cast<int>(microseconds_since_1970 % 1000000);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 32> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  return std::string(text.data(), length) + '.' + std::to_string(1000000 + micros).substr(1) + 'Z';
}

}  // namespace mgr
