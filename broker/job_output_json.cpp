// mgr-broker; distrusts the bytes and the times.
#include "broker/job_output_json.h"

#include <sodium/utils.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

#include "protocol/text.h"

namespace mgr::broker {
namespace {

// A line is full at this; one more record, every byte of it escaped, keeps it far below a MiB.
constexpr std::size_t full_line = 64 << 10;
static_assert(full_line + 6 * max_output_bytes + 1024 < std::size_t{1} << 20);

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = decode_utf8(text).length;
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

// RFC 3339 in UTC, the years 1970 to 9999. Not by gmtime_r, which asks for the machine's time zone
// and so for a file.
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

std::string base64(std::string_view bytes) {
  constexpr int variant = sodium_base64_VARIANT_ORIGINAL;
  std::string text(sodium_base64_encoded_len(bytes.size(), variant), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), variant);
  text.pop_back();  // the terminating NUL
  return text;
}

void append_record(JsonWriter& json, const PrintedRecord& record) {
  json.open_object().member("time", utc_time(record.time_us));
  json.member("stream", stream_name(record.stream)).member("position", record.position);
  if (is_utf8(record.bytes)) {
    json.member("text", record.bytes);
  } else {
    json.member("base64", base64(record.bytes));
  }
  json.close_object();
}

}  // namespace

std::string take_output_data(std::deque<PrintedRecord>& records) {
  JsonWriter json;
  json.open_object();
  if (records.front().restarted) json.member("restarted", true);
  json.member("skipped", records.front().skipped).key("records").open_array();
  do {
    append_record(json, records.front());
    records.pop_front();
  } while (!records.empty() && !records.front().restarted && records.front().skipped == 0 &&
           json.text().size() < full_line);
  json.close_array().close_object();
  return json.take();
}

}  // namespace mgr::broker
