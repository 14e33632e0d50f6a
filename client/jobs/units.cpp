// mgrctl, with the caller's own uid; distrusts the times that came from the daemon.
#include "client/jobs/units.h"

#include <array>
#include <charconv>
#include <chrono>
#include <ctime>

namespace mgr::client {
namespace {

constexpr std::uint64_t second = 1000, minute = 60 * second, hour = 60 * minute, day = 24 * hour;

// "12 h 5 min"; the smaller unit only where there is some of it.
std::string two_units(std::uint64_t time, std::uint64_t large, std::string_view large_name,
                      std::uint64_t small, std::string_view small_name) {
  std::string text = std::to_string(time / large) + std::string(large_name);
  const std::uint64_t rest = time % large / small;
  return rest == 0 ? text : text + ' ' + std::to_string(rest) + std::string(small_name);
}

// So many digits at the front of `text`, which loses them and the `end` behind.
std::optional<int> take_number(std::string_view& text, std::size_t digits, char end) {
  if (text.size() <= digits || text[digits] != end) return std::nullopt;
  int value = 0;
  const auto read = std::from_chars(text.data(), text.data() + digits, value);
  if (read.ec != std::errc() || read.ptr != text.data() + digits || value < 0) return std::nullopt;
  text.remove_prefix(digits + 1);
  return value;
}

// The milliseconds of ".123456Z" without its point; the rest of the digits is dropped.
std::optional<int> take_fraction(std::string_view text) {
  if (text.size() < 2 || text.back() != 'Z') return std::nullopt;
  text.remove_suffix(1);
  int value = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    if (i < 3) value = 10 * value + (text[i] - '0');
  }
  for (std::size_t i = text.size(); i < 3; ++i) value *= 10;
  return value;
}

}  // namespace

std::string human_size(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 6> units{" kB", " MB", " GB", " TB", " PB", " EB"};
  if (bytes < 1000) return std::to_string(bytes) + " B";
  std::size_t unit = 0;
  std::uint64_t scale = 1000;
  while (bytes / scale >= 1000) {
    scale *= 1000;
    ++unit;
  }
  const std::uint64_t tenths = bytes / (scale / 10);
  return std::to_string(tenths / 10) + '.' + std::to_string(tenths % 10) + std::string(units[unit]);
}

std::string human_duration(std::uint64_t milliseconds) {
  if (milliseconds < second) return std::to_string(milliseconds) + " ms";
  if (milliseconds < minute) {
    const std::uint64_t tenths = milliseconds / 100;
    return std::to_string(tenths / 10) + '.' + std::to_string(tenths % 10) + " s";
  }
  if (milliseconds < hour) return two_units(milliseconds, minute, " min", second, " s");
  if (milliseconds < day) return two_units(milliseconds, hour, " h", minute, " min");
  return two_units(milliseconds, day, " d", hour, " h");
}

std::optional<std::int64_t> parse_time(std::string_view text) {
  namespace chrono = std::chrono;
  const auto year = take_number(text, 4, '-');
  const auto month = year ? take_number(text, 2, '-') : std::nullopt;
  const auto in_month = month ? take_number(text, 2, 'T') : std::nullopt;
  const auto hours = in_month ? take_number(text, 2, ':') : std::nullopt;
  const auto minutes = hours ? take_number(text, 2, ':') : std::nullopt;
  if (!minutes || text.size() < 3) return std::nullopt;
  const bool has_fraction = text[2] == '.';
  const auto seconds = take_number(text, 2, has_fraction ? '.' : 'Z');
  const auto fraction = has_fraction ? take_fraction(text) : std::optional<int>(0);
  if (!seconds || !fraction || (!has_fraction && !text.empty())) return std::nullopt;
  const chrono::year_month_day date{chrono::year(*year),
                                    chrono::month(static_cast<unsigned>(*month)),
                                    chrono::day(static_cast<unsigned>(*in_month))};
  if (!date.ok() || *hours > 23 || *minutes > 59 || *seconds > 60) return std::nullopt;
  const auto time = chrono::sys_days(date) + chrono::hours(*hours) + chrono::minutes(*minutes) +
                    chrono::seconds(*seconds) + chrono::milliseconds(*fraction);
  return chrono::duration_cast<chrono::milliseconds>(time.time_since_epoch()).count();
}

std::string human_time(std::int64_t milliseconds) {
  const std::time_t seconds = static_cast<std::time_t>(milliseconds / 1000);
  std::tm parts{};
  std::array<char, 32> text{};
  ::gmtime_r(&seconds, &parts);
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S UTC", &parts)};
}

std::string human_time(const std::string& text) {
  if (!parse_time(text)) return text;
  return text.substr(0, 10) + ' ' + text.substr(11, 8) + " UTC";
}

}  // namespace mgr::client
