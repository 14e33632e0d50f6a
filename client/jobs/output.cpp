// mgrctl, with the caller's own uid; distrusts the reply, and what the job printed.
#include "client/jobs/output.h"

#include <sodium.h>

#include "client/display.h"
#include "protocol/text.h"

namespace mgr::client {
namespace {

using Kind = JsonValue::Kind;

tl::unexpected<Failure> bad(std::string detail) {
  return failed(Failure::Kind::bad_reply, std::move(detail));
}

std::optional<std::string> decode_base64(const std::string& text) {
  std::string bytes(text.size() / 4 * 3 + 3, '\0');
  std::size_t length = 0;
  auto* const out = reinterpret_cast<unsigned char*>(bytes.data());
  if (::sodium_base642bin(out, bytes.size(), text.data(), text.size(), nullptr, &length, nullptr,
                          sodium_base64_VARIANT_ORIGINAL) != 0) {
    return std::nullopt;
  }
  bytes.resize(length);
  return bytes;
}

std::optional<OutputStream> read_stream(const JsonValue& from) {
  const auto name = from.string_at("stream");
  if (name == "stdout") return OutputStream::standard_output;
  if (name == "stderr") return OutputStream::standard_error;
  if (name == "progress") return OutputStream::progress;
  return std::nullopt;
}

std::optional<OutputRecord> read_record(const JsonValue& from) {
  const auto stream = read_stream(from);
  auto bytes = from.string_at("text");
  if (!bytes) {
    const auto encoded = from.string_at("base64");
    bytes = encoded ? decode_base64(*encoded) : std::nullopt;
  }
  if (!stream || !bytes) return std::nullopt;
  return OutputRecord{from.string_at("time").value_or("-"), *stream, std::move(*bytes)};
}

// A stream of an answer that is what its command printed; nothing where it is not there, or no
// text.
std::optional<OutputRecord> read_printed(const JsonValue& data, const std::string& name,
                                         OutputStream stream) {
  if (auto text = data.string_at(name)) return OutputRecord{"", stream, std::move(*text)};
  const auto encoded = data.string_at(name + "_base64");
  auto bytes = encoded ? decode_base64(*encoded) : std::nullopt;
  if (!bytes) return std::nullopt;
  return OutputRecord{"", stream, std::move(*bytes)};
}

Outcome<std::optional<OutputChunk>> read_result(const JsonValue& data) {
  const JsonValue* json = data.find("output");
  auto output = json == nullptr
                    ? read_printed(data, "stdout", OutputStream::standard_output)
                    : OutputRecord{"", OutputStream::standard_output, to_json(*json) + '\n'};
  auto error = read_printed(data, "stderr", OutputStream::standard_error);
  if (!data.number_at("job") || (!output && !error)) return std::nullopt;
  if (!output || !error) return bad("one stream without the other");
  OutputChunk chunk;
  chunk.skipped = data.number_at("left_out").value_or(0);
  chunk.records.push_back(std::move(*output));
  chunk.records.push_back(std::move(*error));
  return chunk;
}

// How many bytes of a character's beginning stand at the end of `text`, which end too soon.
std::size_t unfinished_length(std::string_view text) {
  for (std::size_t length = 1; length <= 3 && length <= text.size(); ++length) {
    const auto byte = static_cast<unsigned char>(text[text.size() - length]);
    if (byte < 0x80) return 0;
    if (byte < 0xC0) continue;
    const std::size_t wanted = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2;
    return wanted > length ? length : 0;
  }
  return 0;
}

}  // namespace

Outcome<std::optional<OutputChunk>> read_output(std::string_view data_json) {
  if (data_json.empty()) return std::nullopt;
  const auto data = parse_json(data_json);
  const JsonValue* records = data ? data->find("records") : nullptr;
  if (records == nullptr) return data ? read_result(*data) : std::nullopt;
  if (!records->is(Kind::array)) return bad("the records are no list");
  OutputChunk chunk;
  chunk.skipped = data->number_at("skipped").value_or(0);
  for (const JsonValue& item : records->items) {
    auto record = read_record(item);
    if (!record) return bad("a record of output that is none");
    if (const auto position = item.number_at("position")) {
      chunk.end = *position + record->bytes.size();
    }
    chunk.records.push_back(std::move(*record));
  }
  return chunk;
}

std::string TerminalText::take(std::string_view bytes) {
  waiting_ += bytes;
  // A CR before LF moves nothing that the LF would not.
  std::size_t kept = unfinished_length(waiting_);
  if (kept == 0 && waiting_.ends_with('\r')) kept = 1;
  const std::string rest = waiting_.substr(waiting_.size() - kept);
  std::string_view ready(waiting_.data(), waiting_.size() - kept);
  std::string out;
  while (!ready.empty()) {
    const std::size_t end = ready.find_first_of("\n\t");
    std::string_view plain = ready.substr(0, end);
    const bool line_ends = end != std::string_view::npos && ready[end] == '\n';
    if (line_ends && plain.ends_with('\r')) plain.remove_suffix(1);
    out += harmless(plain);
    if (end == std::string_view::npos) break;
    out += ready[end];
    ready.remove_prefix(end + 1);
  }
  waiting_ = rest;
  return out;
}

std::string TerminalText::finish() { return harmless(std::exchange(waiting_, {})); }

std::string LineTimes::take(std::string_view text, const std::string& time) {
  std::string out;
  while (!text.empty()) {
    if (at_line_start_) out += harmless(time) + ' ';
    const std::size_t end = text.find('\n');
    at_line_start_ = end != std::string_view::npos;
    const std::size_t length = at_line_start_ ? end + 1 : text.size();
    out += text.substr(0, length);
    text.remove_prefix(length);
  }
  return out;
}

}  // namespace mgr::client
