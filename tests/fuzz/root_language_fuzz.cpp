// Fuzz target: the root language, both ways. What decodes must encode to the same bytes: two
// encodings of one message would be one too many.
#include <cstdlib>
#include <cstring>

#include "protocol/root_language.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

template <typename Message>
void check(const std::optional<Message>& message, std::string_view payload) {
  if (message) require(mgr::encode(*message) == payload);
}

void check_payload(std::string_view payload) {
  check(mgr::decode<mgr::HelloMessage>(payload), payload);
  check(mgr::decode<mgr::RunMessage>(payload), payload);
  check(mgr::decode<mgr::ClosedMessage>(payload), payload);
  check(mgr::decode<mgr::RefusalsMessage>(payload), payload);
  check(mgr::decode<mgr::SettingsMessage>(payload), payload);
  check(mgr::decode<mgr::ConnectionMessage>(payload), payload);
  check(mgr::decode<mgr::ReplyMessage>(payload), payload);
  check(mgr::decode<mgr::ResultMessage>(payload), payload);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  check_payload(input);
  mgr::FrameReader reader;
  if (size > 0) std::memcpy(reader.space(size), data, size);
  reader.received(size);
  mgr::Frame frame{};
  std::string again;
  while (reader.next(frame) == mgr::FrameReader::State::frame) {
    check_payload(frame.payload);
    mgr::append_frame(again, frame.kind, frame.id, frame.payload);
  }
  require(input.substr(0, again.size()) == again);
  return 0;
}
