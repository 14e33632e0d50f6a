// mgr-job, user mgr-job, writes; the broker reads, and distrusts the bytes.
#include "protocol/output_record.h"

#include <limits>

#include "protocol/wire.h"

namespace mgr {
namespace {

constexpr std::uint32_t magic = 0x4F72676D;  // "mgrO"

struct Header {
  std::uint64_t position;
  std::int64_t time_us;
  std::uint8_t stream;
  std::size_t length;
};

bool is_allowed(const Header& header) {
  const auto& [position, time_us, stream, length] = header;
  return stream >= static_cast<std::uint8_t>(OutputStream::output) &&
         stream <= static_cast<std::uint8_t>(OutputStream::progress) && length > 0 &&
         length <= max_output_bytes &&
         position <= std::numeric_limits<std::uint64_t>::max() - length;
}

// Nothing where `bytes`, at least a header long, begins with none.
std::optional<Header> header_of(std::string_view bytes) {
  Cursor in(bytes.substr(0, output_header_length));
  const std::uint32_t first = in.u32();
  Header header{};
  header.position = in.u64();
  header.time_us = static_cast<std::int64_t>(in.u64());
  header.stream = in.u8();
  header.length = in.u32();
  if (!in.finished() || first != magic || !is_allowed(header)) return std::nullopt;
  return header;
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

std::optional<std::uint64_t> front_position(std::string_view bytes) {
  const auto header = header_of(bytes);
  return header ? std::optional(header->position) : std::nullopt;
}

OutputDecoding take_output_record(std::string_view& bytes, OutputRecord& record) {
  // A header of which only a part is there is judged by its first number.
  Cursor front(bytes);
  const std::uint32_t first = front.u32();
  if (front.ok() && first != magic) return OutputDecoding::broken;
  if (bytes.size() < output_header_length) return OutputDecoding::partial;
  const auto header = header_of(bytes);
  if (!header) return OutputDecoding::broken;
  const std::string_view rest = bytes.substr(output_header_length);
  if (rest.size() < header->length) return OutputDecoding::partial;
  record = {header->position, header->time_us, static_cast<OutputStream>(header->stream),
            rest.substr(0, header->length)};
  bytes = rest.substr(header->length);
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
