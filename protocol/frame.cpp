// Broker and helper; each distrusts the other's bytes.
#include <algorithm>

#include "protocol/root_language.h"
#include "protocol/text.h"
#include "protocol/wire.h"

namespace mgr {

std::size_t max_payload_length(std::uint16_t kind) {
  switch (static_cast<MessageKind>(kind)) {
    case MessageKind::hello:
      return 256;
    case MessageKind::run:
      return max_block_length + max_fields * 8 + 256 + max_body_length;
    case MessageKind::closed:
      return 8;
    case MessageKind::refusals:
      return max_refusals * 80 + 4;
    case MessageKind::counters:
      return 4 + 8 * broker_counters.size();
    case MessageKind::settings:
      return max_settings_length;
    case MessageKind::connection:
      return 13;
    case MessageKind::reply:
      return max_reply_length;
    case MessageKind::follow:
      return 16 + max_name_length;
    case MessageKind::grew:
      return 8;
    case MessageKind::result:
      return max_reply_length;
  }
  return 0;
}

void append_frame(std::string& out, MessageKind kind, std::uint64_t id, std::string_view payload) {
  WireWriter(out)
      .u32(static_cast<std::uint32_t>(payload.size()))
      .u16(static_cast<std::uint16_t>(kind))
      .u16(0)
      .u64(id);
  out += payload;
}

char* FrameReader::space(std::size_t least) {
  if (begin_ > 0) {
    std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
              buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
    end_ -= begin_;
    begin_ = 0;
  }
  if (buffer_.size() < end_ + least) buffer_.resize(end_ + least);
  return buffer_.data() + end_;
}

FrameReader::State FrameReader::next(Frame& frame) {
  const std::string_view gathered(buffer_.data() + begin_, end_ - begin_);
  if (gathered.size() < frame_header_length) return State::incomplete;
  Cursor header(gathered.substr(0, frame_header_length));
  const std::uint32_t length = header.u32();
  const std::uint16_t kind = header.u16();
  const std::uint16_t spare = header.u16();
  const std::size_t limit = max_payload_length(kind);
  if (limit == 0 || length > limit || spare != 0) return State::broken;
  if (gathered.size() - frame_header_length < length) return State::incomplete;
  frame = {static_cast<MessageKind>(kind), header.u64(),
           gathered.substr(frame_header_length, length)};
  begin_ += frame_header_length + length;
  return State::frame;
}

}  // namespace mgr
