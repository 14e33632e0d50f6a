// mgr-broker; distrusts the bytes and the times.
#include "broker/job_output_json.h"

#include <sodium/utils.h>

#include "protocol/text.h"
#include "protocol/utc_time.h"

namespace mgr::broker {
namespace {

// A line is full at this; one more record, every byte of it escaped, keeps it far below a MiB.
constexpr std::size_t full_line = 64 << 10;
static_assert(full_line + 6 * max_output_bytes + 1024 < std::size_t{1} << 20);

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

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = decode_utf8(text).length;
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string base64(std::string_view bytes) {
  constexpr int variant = sodium_base64_VARIANT_ORIGINAL;
  std::string text(sodium_base64_encoded_len(bytes.size(), variant), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), variant);
  text.pop_back();  // the terminating NUL
  return text;
}

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
