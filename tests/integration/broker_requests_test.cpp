// The broker between a client and a helper: what is forwarded, and how replies come back.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <optional>

#include "tests/unit/broker_support.h"

namespace mgr::broker::test {
namespace {

class BrokerRequests : public ::testing::Test {
 protected:
  Rig rig;
};

TEST_F(BrokerRequests, ForwardsFieldsAsTheyCame) {
  Client client = rig.local(7);
  client.send("MODULE: SCAN_MODULE\r\nAction:start\r\ntask_ids: 1,2 \r\nsignature:foo\r\n\r\n");
  const HeardRun run = rig.hear_run();
  EXPECT_EQ(run.connection, 7u);
  EXPECT_EQ(run.origin, "");
  const std::vector<Field> expected{
      {"module", "SCAN_MODULE"}, {"action", "start"}, {"task_ids", "1,2"}, {"signature", "foo"}};
  EXPECT_EQ(run.fields, expected);
  rig.helper.reply(run.id, "{\"success\":true}\n");
  EXPECT_EQ(client.line(), "{\"success\":true}\n");
  EXPECT_TRUE(client.ends());
  EXPECT_EQ(rig.hear_closed(), 7u);
}

TEST_F(BrokerRequests, NetworkRequestHasAnOriginAndNoNumber) {
  Client client = rig.tcp();
  client.send(ping);
  const HeardRun run = rig.hear_run();
  EXPECT_EQ(run.connection, 0u);
  EXPECT_TRUE(run.origin.starts_with("127.0.0.1:"));
  rig.helper.reply(run.id, "ok\n");
  EXPECT_EQ(client.line(), "ok\n");
  EXPECT_TRUE(client.ends());
}

TEST_F(BrokerRequests, ReadsABlockThatComesByteByByte) {
  Client client = rig.tcp();
  for (const char byte : ping) {
    client.send(std::string_view(&byte, 1));
    rig.settle();
  }
  rig.helper.reply(rig.hear_run().id, "ok\n");
  EXPECT_EQ(client.line(), "ok\n");
}

TEST_F(BrokerRequests, WhatFollowsTheOneRequestIsNeverParsed) {
  for (const bool network : {false, true}) {
    Client client = network ? rig.tcp() : rig.local(1);
    client.send(std::string(ping) + "module:scan\naction:start\ntask_ids:1\n\n");
    const HeardRun run = rig.hear_run();
    client.send(ping);
    rig.helper.reply(run.id, "ok\n");
    EXPECT_EQ(client.line(), "ok\n");
    client.half_close();
    EXPECT_TRUE(client.ends());
    EXPECT_TRUE(rig.hears_no_run());
  }
}

TEST_F(BrokerRequests, KeptConnectionServesMany) {
  Client client = rig.local(1);
  client.send(kept_ping);
  for (int i = 0; i < 3; ++i) {
    rig.helper.reply(rig.hear_run().id, "ok\n");
    EXPECT_EQ(client.line(), "ok\n");
    client.send(ping);
  }
  rig.helper.reply(rig.hear_run().id, "last\n");
  client.half_close();
  EXPECT_EQ(client.line(), "last\n");
  EXPECT_TRUE(client.ends());
}

TEST_F(BrokerRequests, PipelinedRepliesKeepTheOrderOfTheRequests) {
  Client client = rig.tcp();
  client.send(std::string(kept_ping) + std::string(ping) + std::string(ping));
  const std::uint64_t first = rig.hear_run().id;
  const std::uint64_t second = rig.hear_run().id;
  const std::uint64_t third = rig.hear_run().id;
  rig.helper.reply(third, "3\n");
  rig.helper.reply(second, "2\n");
  rig.settle();
  rig.helper.reply(first, "1\n");
  EXPECT_EQ(client.lines(3), "1\n2\n3\n");
}

TEST_F(BrokerRequests, RefusalWaitsForTheRepliesBeforeIt) {
  Client client = rig.local(1);
  client.send(std::string(kept_ping) + "module:nosuch\naction:x\n\n" + std::string(ping));
  const std::uint64_t first = rig.hear_run().id;
  const std::uint64_t third = rig.hear_run().id;
  rig.helper.reply(third, "3\n");
  rig.helper.reply(first, "1\n");
  EXPECT_EQ(client.line(), "1\n");
  EXPECT_EQ(code_of(client.line()), 1);
  EXPECT_EQ(client.line(), "3\n");
}

TEST_F(BrokerRequests, MalformedBlockClosesAfterTheRepliesBeforeIt) {
  Client client = rig.local(1);
  client.send(std::string(kept_ping) + "no block at all\n");
  rig.helper.reply(rig.hear_run().id, "1\n");
  EXPECT_EQ(client.line(), "1\n");
  EXPECT_EQ(code_of(client.line()), 5);
  EXPECT_TRUE(client.ends());
}

TEST_F(BrokerRequests, StreamAnswersInSeveralLines) {
  Client client = rig.local(1);
  client.send(std::string(kept_ping) + std::string(ping));
  const std::uint64_t first = rig.hear_run().id;
  const std::uint64_t stream = rig.hear_run().id;
  rig.helper.reply(stream, "a\n", true);
  rig.helper.reply(first, "1\n");
  rig.helper.reply(stream, "b\n", true);
  rig.helper.reply(stream, "c\n");
  EXPECT_EQ(client.lines(4), "1\na\nb\nc\n");
}

TEST_F(BrokerRequests, HalfClosedClientIsServed) {
  for (const bool network : {false, true}) {
    Client client = network ? rig.tcp() : rig.local(1);
    client.send(ping);
    client.half_close();
    const HeardRun run = rig.hear_run();
    rig.settle();
    rig.helper.reply(run.id, "ok\n");
    EXPECT_EQ(client.line(), "ok\n");
    EXPECT_TRUE(client.ends());
  }
}

TEST_F(BrokerRequests, ClientThatSendsAndClosesIsForwarded) {
  for (const bool network : {false, true}) {
    Client client = network ? rig.tcp() : rig.local(3);
    client.send(ping);
    client.close();
    const HeardRun run = rig.hear_run();
    rig.helper.reply(run.id, "ok\n");
    if (!network) {
      EXPECT_EQ(rig.hear_closed(), 3u);
    }
  }
  rig.settle();
  EXPECT_EQ(rig.broker->pipeline().clients().size(), 0u);
}

TEST_F(BrokerRequests, PipeliningClientThatClosesIsForwardedInFull) {
  Client client = rig.local(3);
  client.send(std::string(kept_ping) + std::string(ping));
  client.close();
  const std::uint64_t first = rig.hear_run().id;
  const std::uint64_t second = rig.hear_run().id;
  rig.helper.reply(first, "1\n");
  EXPECT_EQ(rig.hear_closed(), 3u);
  // The helper answers every request, also of a client that has gone.
  rig.helper.reply(second, "2\n");
  rig.settle();
  EXPECT_FALSE(rig.helper.link_ended());
}

TEST_F(BrokerRequests, ClientThatLeavesInSilenceIsForgotten) {
  Client client = rig.local(4);
  client.send("module:mgr\n");
  rig.settle();
  client.close();
  EXPECT_EQ(rig.hear_closed(), 4u);
  EXPECT_EQ(rig.broker->pipeline().clients().size(), 0u);
}

// Its connection has no number that the helper knows.
TEST_F(BrokerRequests, ClientFromTheNetworkThatLeavesIsToldByItsRequest) {
  Client client = rig.tcp();
  client.send(ping);
  const std::uint64_t id = rig.hear_run().id;
  client.close();
  // Who only closes is served: that nobody reads shows in what is written.
  std::optional<Heard> closed;
  for (int lines = 0; lines < 100 && !closed; ++lines) {
    rig.helper.reply(id, "more\n", true);
    rig.settle();
    closed = rig.helper.hear();
  }
  ASSERT_TRUE(closed);
  ASSERT_EQ(closed->kind, MessageKind::closed);
  EXPECT_EQ(decode<ClosedMessage>(closed->payload)->connection, 0u);
  EXPECT_EQ(closed->id, id);
  rig.helper.reply(id, "too late\n");
  rig.settle();
  EXPECT_FALSE(rig.helper.link_ended());
}

TEST_F(BrokerRequests, EndedConnectionReachesTheClientThroughTheHelpersCopy) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
  const Descriptor copy(ends[1]);  // as the helper keeps one
  Client client(rig, Descriptor(ends[0]));
  std::string frame;
  append_frame(frame, MessageKind::connection, 0, encode(ConnectionMessage{5, 33, false}));
  rig.helper.send_raw(frame, {copy.get()});
  client.send(ping);
  rig.helper.reply(rig.hear_run().id, "ok\n");
  EXPECT_EQ(client.line(), "ok\n");
  EXPECT_TRUE(client.ends());
}

TEST_F(BrokerRequests, LongReplyArrivesWhole) {
  Client client = rig.local(1);
  client.send(ping);
  const std::uint64_t id = rig.hear_run().id;
  const std::string line = std::string(150'000, 'x') + "\n";
  rig.helper.reply(id, line);
  EXPECT_EQ(client.line(), line);
  EXPECT_TRUE(client.ends());
}

}  // namespace
}  // namespace mgr::broker::test
