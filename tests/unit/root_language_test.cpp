// The root language: what one side writes the other reads, and nothing else is read.
#include "protocol/root_language.h"

#include <gtest/gtest.h>

#include <cstring>

#include "protocol/wire.h"

namespace mgr {
namespace {

FrameReader reader_with(std::string_view bytes) {
  FrameReader reader;
  std::memcpy(reader.space(bytes.size() + 1), bytes.data(), bytes.size());
  reader.received(bytes.size());
  return reader;
}

std::string header(std::uint32_t length, std::uint16_t kind, std::uint16_t spare = 0) {
  std::string bytes;
  WireWriter(bytes).u32(length).u16(kind).u16(spare).u64(7);
  return bytes;
}

RunMessage sample_run() { return {42, "127.0.0.1:5123", {{"module", "mgr"}, {"action", "ping"}}}; }

SettingsMessage sample_settings() {
  SettingsMessage message;
  message.limits.connections = 5;
  message.modules = {{"scan", {"SCAN_MODULE"}, {{"start", {{"task_ids", true}}}, {"list", {}}}}};
  return message;
}

TEST(RootLanguage, EveryMessageSurvivesTheWay) {
  const std::string hello_bytes = encode(HelloMessage{3, "mgr-broker"});
  const auto hello = decode<HelloMessage>(hello_bytes);
  ASSERT_TRUE(hello);
  EXPECT_EQ(hello->version, 3u);
  EXPECT_EQ(hello->program, "mgr-broker");

  const std::string run_bytes = encode(sample_run());
  const auto run = decode<RunMessage>(run_bytes);
  ASSERT_TRUE(run);
  EXPECT_EQ(run->connection, 42u);
  EXPECT_EQ(run->origin, "127.0.0.1:5123");
  ASSERT_EQ(run->fields.size(), 2u);
  EXPECT_EQ(run->fields[1].name, "action");
  EXPECT_EQ(run->fields[1].value, "ping");

  const auto settings = decode<SettingsMessage>(encode(sample_settings()));
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->limits, sample_settings().limits);
  EXPECT_EQ(settings->modules, sample_settings().modules);

  const auto connection = decode<ConnectionMessage>(encode(ConnectionMessage{9, 33, true}));
  ASSERT_TRUE(connection);
  EXPECT_EQ(connection->connection, 9u);
  EXPECT_EQ(connection->uid, 33u);
  EXPECT_TRUE(connection->keeps_place);

  const std::string reply_bytes = encode(ReplyMessage{true, "{}\n"});
  const auto reply = decode<ReplyMessage>(reply_bytes);
  ASSERT_TRUE(reply);
  EXPECT_TRUE(reply->more);
  EXPECT_EQ(reply->line, "{}\n");

  EXPECT_EQ(decode<ClosedMessage>(encode(ClosedMessage{77}))->connection, 77u);
  const std::string refusal_bytes = encode(RefusalsMessage{{{"uid 33", ErrorCode::busy, 12}}});
  const auto refusals = decode<RefusalsMessage>(refusal_bytes);
  ASSERT_TRUE(refusals);
  EXPECT_EQ(refusals->refusals.at(0).count, 12u);
}

TEST(RootLanguage, RefusesEveryTruncationAndEveryLongerMessage) {
  const std::string run = encode(sample_run());
  const std::string settings = encode(sample_settings());
  for (std::size_t length = 0; length < run.size(); ++length) {
    EXPECT_FALSE(decode<RunMessage>(std::string_view(run).substr(0, length))) << length;
  }
  for (std::size_t length = 0; length < settings.size(); ++length) {
    EXPECT_FALSE(decode<SettingsMessage>(std::string_view(settings).substr(0, length))) << length;
  }
  EXPECT_FALSE(decode<RunMessage>(run + '\0'));
  EXPECT_FALSE(decode<SettingsMessage>(settings + '\0'));
  EXPECT_FALSE(decode<ClosedMessage>(std::string(9, '\0')));
}

TEST(RootLanguage, RefusesCountsThatCannotBeTrue) {
  std::string bytes;
  WireWriter(bytes).u64(1).text("").u32(0xFFFFFFFF);
  EXPECT_FALSE(decode<RunMessage>(bytes));
  bytes.clear();
  WireWriter(bytes).u32(1).text("uid 33").u8(14).u32(1);
  EXPECT_FALSE(decode<RefusalsMessage>(bytes)) << "an error code that is none";
  bytes.clear();
  WireWriter(bytes).u64(1).u32(33).u8(2);
  EXPECT_FALSE(decode<ConnectionMessage>(bytes)) << "a bool that is neither";
}

TEST(Frames, ComeOutAsTheyWentIn) {
  std::string bytes;
  append_frame(bytes, MessageKind::closed, 5, encode(ClosedMessage{1}));
  append_frame(bytes, MessageKind::reply, 6, encode(ReplyMessage{false, "x"}));
  FrameReader reader = reader_with(bytes);
  Frame frame{};
  ASSERT_EQ(reader.next(frame), FrameReader::State::frame);
  EXPECT_EQ(frame.kind, MessageKind::closed);
  EXPECT_EQ(frame.id, 5u);
  ASSERT_EQ(reader.next(frame), FrameReader::State::frame);
  EXPECT_EQ(frame.id, 6u);
  EXPECT_EQ(reader.next(frame), FrameReader::State::incomplete);
}

TEST(Frames, AreJoinedFromSinglesBytes) {
  std::string bytes;
  append_frame(bytes, MessageKind::closed, 5, encode(ClosedMessage{1}));
  FrameReader reader;
  Frame frame{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    ASSERT_EQ(reader.next(frame), FrameReader::State::incomplete);
    *reader.space(1) = bytes[i];
    reader.received(1);
  }
  EXPECT_EQ(reader.next(frame), FrameReader::State::frame);
}

TEST(Frames, RefuseLengthsBeforeAnythingIsAllocated) {
  Frame frame{};
  for (const std::uint32_t length : {0x7FFFFFFFu, 0x80000000u, 0xFFFFFFFFu, 9u}) {
    FrameReader reader =
        reader_with(header(length, static_cast<std::uint16_t>(MessageKind::closed)));
    EXPECT_EQ(reader.next(frame), FrameReader::State::broken) << length;
  }
}

TEST(Frames, RefuseUnknownKindsAndSpareBits) {
  Frame frame{};
  for (const unsigned kind : {0u, 12u, 255u, 65535u}) {
    FrameReader reader = reader_with(header(0, static_cast<std::uint16_t>(kind)));
    EXPECT_EQ(reader.next(frame), FrameReader::State::broken) << kind;
  }
  FrameReader reader = reader_with(header(8, 3, 1));
  EXPECT_EQ(reader.next(frame), FrameReader::State::broken);
}

TEST(Cursor, FailsForGoodAtTheFirstReadPastTheEnd) {
  Cursor in(
      std::string_view("\x05\x00\x00\x00"
                       "abcd",
                       8));
  EXPECT_EQ(in.text(), "");
  EXPECT_FALSE(in.ok());
  EXPECT_EQ(in.u8(), 0);
  EXPECT_FALSE(in.finished());
}

}  // namespace
}  // namespace mgr
