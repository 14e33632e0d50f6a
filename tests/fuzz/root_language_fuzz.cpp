// Fuzz target: the root language, both ways. What decodes must encode to the same bytes: two
// encodings of one message would be one too many. In which pieces a stream comes must not matter.
#include <algorithm>
#include <cstring>

#include "protocol/root_language.h"
#include "tests/fuzz/property.h"

namespace {

template <typename Message>
void check(std::string_view payload) {
  const auto message = mgr::decode<Message>(payload);
  if (message) require(mgr::encode(*message) == payload);
}

void check_payload(std::string_view payload) {
  check<mgr::HelloMessage>(payload);
  check<mgr::RunMessage>(payload);
  check<mgr::ClosedMessage>(payload);
  check<mgr::RefusalsMessage>(payload);
  check<mgr::CountersMessage>(payload);
  check<mgr::SettingsMessage>(payload);
  check<mgr::ConnectionMessage>(payload);
  check<mgr::ReplyMessage>(payload);
  check<mgr::FollowMessage>(payload);
  check<mgr::GrewMessage>(payload);
  check<mgr::ResultMessage>(payload);
}

struct Reading {
  std::string frames;  // that were read, written again
  mgr::FrameReader::State end = mgr::FrameReader::State::incomplete;
  friend bool operator==(const Reading&, const Reading&) = default;
};

// Of a stream of which so many bytes come at a time.
Reading read(std::string_view input, std::size_t piece) {
  using State = mgr::FrameReader::State;
  mgr::FrameReader reader;
  Reading reading;
  const std::size_t came = input.size();
  while (!input.empty() && reading.end != State::broken) {
    const std::string_view part = input.substr(0, piece);
    std::memcpy(reader.space(part.size()), part.data(), part.size());
    reader.received(part.size());
    input.remove_prefix(part.size());
    mgr::Frame frame{};
    while ((reading.end = reader.next(frame)) == State::frame) {
      const auto kind = static_cast<std::uint16_t>(frame.kind);
      require(frame.payload.size() <= mgr::max_payload_length(kind));
      check_payload(frame.payload);
      mgr::append_frame(reading.frames, frame.kind, frame.id, frame.payload);
    }
  }
  // Between two frames nothing is left, and nowhere else.
  if (reading.end != State::broken) require(reader.empty() == (reading.frames.size() == came));
  return reading;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  check_payload(input);
  const Reading whole = read(input, std::max<std::size_t>(size, 1));
  require(input.substr(0, whole.frames.size()) == whole.frames);
  require(whole == read(input, size == 0 ? 1 : 1 + data[0] % 32));
  return 0;
}
