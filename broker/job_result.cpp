// mgr-broker, in the cage; distrusts the output.
#include "broker/job_result.h"

#include <algorithm>

#include "broker/job_output_json.h"
#include "broker/json_output.h"
#include "protocol/json.h"
#include "protocol/reply.h"
#include "protocol/text.h"

namespace mgr::broker {
namespace {

// Of the files: twice what is taken, for the headers of short records and lines of progress.
constexpr std::size_t most_reads = 2 * PrintedResult::most_bytes / JobOutput::most_bytes_a_read;
// For the names of the members, and `left_out`.
constexpr std::size_t most_names = 256;

// How much of the text's front takes at most `room` in a JSON string.
std::size_t fitting_length(std::string_view text, std::size_t room) {
  std::size_t length = 0;
  while (length < text.size()) {
    const DecodedCharacter character = decode_utf8(text.substr(length));
    const char byte = text[length];
    const bool is_plain = byte >= 0x20 && byte < 0x7F;
    const bool is_quoted = byte == '"' || byte == '\\';
    const std::size_t cost =
        is_plain ? (is_quoted ? 2 : 1) : (character.code_point > 0xFFFF ? 12 : 6);
    if (cost > room) break;
    room -= cost;
    length += character.length;
  }
  return length;
}

// A member, `"stdout":"…"`, and how many of the bytes are in it.
struct Member {
  std::string json;
  std::size_t used = 0;
};

Member member_of(std::string_view name, std::string_view bytes, std::size_t room) {
  const bool is_text = is_utf8(bytes);
  const std::size_t used =
      is_text ? fitting_length(bytes, room) : std::min(bytes.size(), room / 4 * 3);
  const std::string_view taken = bytes.substr(0, used);
  Member member{{}, used};
  append_json_string(member.json, std::string(name) + (is_text ? "" : "_base64"));
  member.json += ':';
  append_json_string(member.json, is_text ? std::string(taken) : base64(taken));
  return member;
}

// Where not all fits, standard error has a quarter at least.
std::string members_of(const PrintedResult& printed, std::size_t room) {
  Member output = member_of("stdout", printed.output, room);
  Member error = member_of("stderr", printed.error, room);
  if (output.json.size() + error.json.size() > room) {
    const std::size_t left = room - std::min(room, output.json.size());
    error = member_of("stderr", printed.error, std::max(room / 4, left));
    output = member_of("stdout", printed.output, room - std::min(room, error.json.size()));
  }
  const std::uint64_t left_out =
      printed.missing + printed.output.size() - output.used + printed.error.size() - error.used;
  return ',' + output.json + ',' + error.json +
         (left_out > 0 ? ",\"left_out\":" + std::to_string(left_out) : "");
}

std::string with_json(const std::string& json, const PrintedResult& printed, std::size_t room) {
  const Member error = member_of("stderr", printed.error, room - json.size());
  const std::uint64_t left_out = printed.missing + printed.error.size() - error.used;
  return ",\"output\":" + json + ',' + error.json +
         (left_out > 0 ? ",\"left_out\":" + std::to_string(left_out) : "");
}

constexpr std::string_view unsigned_end = "}}\n";

// `signed_bytes`: of the line's front, which the signature is about.
std::string end_of_line(const ResultMessage& message, std::size_t signed_bytes) {
  if (message.signature.empty()) return std::string(unsigned_end);
  return "},\"signed\":" + std::to_string(signed_bytes) + ",\"signature\":\"" +
         std::string(message.signature) + "\"}\n";
}

}  // namespace

PrintedResult read_result(JobOutput& files, std::uint64_t printed) {
  PrintedResult result;
  std::size_t room = PrintedResult::most_bytes;
  for (std::size_t i = 0; i < most_reads && room > 0; ++i) {
    const OutputBatch batch = files.read();
    for (const PrintedRecord& record : batch.records) {
      if (record.stream == OutputStream::progress) continue;
      const std::size_t length = std::min(room, record.bytes.size());
      (record.stream == OutputStream::output ? result.output : result.error)
          .append(record.bytes, 0, length);
      room -= length;
    }
    if (!batch.more) break;
  }
  const std::uint64_t here = result.output.size() + result.error.size();
  result.missing = printed - std::min(printed, here);
  return result;
}

std::string result_line(const ResultMessage& message, const PrintedResult& printed) {
  const std::string_view open = open_data_of(message.line);
  const std::size_t taken = message.line.size() + message.signature.size() + most_names;
  const std::size_t room = max_reply_length - std::min(max_reply_length, taken);
  const std::string before(message.line.substr(0, message.line.size() - unsigned_end.size()));
  const std::string end = end_of_line(message, before.size());
  if (!message.json) return before + members_of(printed, room) + end;
  const auto json =
      printed.missing > 0 ? fail(ErrorCode::too_large, "") : json_on_one_line(printed.output, room);
  if (json) return before + with_json(*json, printed, room) + end;
  const std::string members = members_of(printed, room);
  if (!message.line.starts_with("{\"success\":true")) return before + members + end;
  const bool is_long = json.error().code == ErrorCode::too_large;
  return failure_line({ErrorCode::failed, is_long ? "the command's output is too long"
                                                  : "the command's output is not JSON"},
                      0, std::string(open) + members + '}');
}

}  // namespace mgr::broker
