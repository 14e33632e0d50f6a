// mgr-job, user mgr-job, writes; the broker reads, and distrusts the bytes.
#include "protocol/output_record.h"

#include <limits>

#include "protocol/wire.h"

namespace mgr {
namespace {

constexpr std::uint32_t magic = 0x4F72676D;  // "mgrO"

bool is_allowed(std::uint64_t position, std::uint8_t stream, std::size_t length) {
  return stream >= static_cast<std::uint8_t>(OutputStream::output) &&
         stream <= static_cast<std::uint8_t>(OutputStream::progress) && length > 0 &&
         length <= max_output_bytes &&
         position <= std::numeric_limits<std::uint64_t>::max() - length;
}

// Of a character by its first byte; 1 for what begins none.
std::size_t character_length(unsigned char lead) {
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  if (lead >= 0xE0) return lead <= 0xEF ? 3 : 1;
  return lead >= 0xC2 ? 2 : 1;
}

}  // namespace

std::string_view stream_name(OutputStream stream) {
  switch (stream) {
    case OutputStream::output:
      return "stdout";
    case OutputStream::error:
      return "stderr";
    case OutputStream::progress:
      break;
  }
  return "progress";
}

void append_output_record(std::string& out, const OutputRecord& record) {
  WireWriter(out)
      .u32(magic)
      .u64(record.position)
      .u64(static_cast<std::uint64_t>(record.time_us))
      .u8(static_cast<std::uint8_t>(record.stream))
      .text(record.bytes);
}

OutputDecoding take_output_record(std::string_view& bytes, OutputRecord& record) {
  // A header of which only a part is there is judged by its first number.
  Cursor front(bytes);
  const std::uint32_t first = front.u32();
  if (front.ok() && first != magic) return OutputDecoding::broken;
  if (bytes.size() < output_header_length) return OutputDecoding::partial;
  Cursor header(bytes.substr(0, output_header_length));
  (void)header.u32();
  const std::uint64_t position = header.u64();
  const auto time_us = static_cast<std::int64_t>(header.u64());
  const std::uint8_t stream = header.u8();
  const std::size_t length = header.u32();
  if (!is_allowed(position, stream, length)) return OutputDecoding::broken;
  if (bytes.size() - output_header_length < length) return OutputDecoding::partial;
  record = {position, time_us, static_cast<OutputStream>(stream),
            bytes.substr(output_header_length, length)};
  bytes.remove_prefix(output_header_length + length);
  return OutputDecoding::record;
}

std::size_t unfinished_character(std::string_view text) {
  for (std::size_t back = 1; back <= 3 && back <= text.size(); ++back) {
    const auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if ((byte & 0xC0) != 0x80) return character_length(byte) > back ? back : 0;
  }
  return 0;
}

}  // namespace mgr
