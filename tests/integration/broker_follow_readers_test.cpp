// The output of jobs, and clients that do not read it, or go; and what others feel of it.
#include "tests/integration/broker_follow_fixture.h"

namespace mgr::broker::test {
namespace {

// Bytes on the way to a client that has not read: the broker's share is what the kernel did not
// take, which is told by how far it read the files.
TEST_F(BrokerFollow, SlowReaderIsWaitedForAndGetsEveryByte) {
  Client client = rig.local(1);
  Files files;
  std::string all;
  for (int i = 0; all.size() < (8U << 20); ++i) all += "line " + std::to_string(i) + "\n";
  files.print(all);
  const std::uint64_t id = follow(client, files);
  rig.helper.reply(id, last_line);
  rig.settle();
  rig.settle();
  EXPECT_LT(rig.broker->pipeline().clients().owed(), 512U << 10);
  EXPECT_EQ(rig.broker->pipeline().clients().size(), 1U);
  EXPECT_EQ(read_to(client, last_line), all);
}

TEST_F(BrokerFollow, WaitingForAReaderDoesNotKeepTheLoopBusy) {
  Client client = rig.local(1);
  Files files;
  files.print(std::string(8 << 20, 'x'));
  rig.helper.reply(follow(client, files), last_line);
  rig.settle();
  rig.settle();
  EXPECT_NE(uv_backend_timeout(rig.broker->loop()), 0);
  EXPECT_EQ(read_to(client, last_line).size(), 8U << 20);
}

TEST_F(BrokerFollow, SlowReaderHasTheIdleDeadline) {
  SettingsMessage settings = test_settings();
  settings.limits.idle_deadline_ms = 50;
  rig.helper.send(MessageKind::settings, 0, encode(settings));
  const std::size_t before = open_descriptors();
  Client client = rig.local(1);
  Files files;
  files.print(std::string(8 << 20, 'x'));
  rig.helper.reply(follow(client, files), last_line);
  rig.turn_until([this] { return rig.broker->pipeline().clients().size() == 0; });
  client.close();
  EXPECT_EQ(open_descriptors(), before + 3) << "the test's own three";
}

TEST_F(BrokerFollow, QuietFollowHasNoDeadline) {
  Client quiet = rig.local(1);
  Files files;
  const std::uint64_t id = follow(quiet, files);
  SettingsMessage settings = test_settings();
  settings.limits.idle_deadline_ms = settings.limits.block_deadline_ms = 1;
  rig.helper.send(MessageKind::settings, 0, encode(settings));
  Client idle = rig.local(2);
  EXPECT_NE(idle.line(), "") << "its deadline has passed, and so would have the other's";
  files.print("late");
  grew(id);
  rig.helper.reply(id, last_line);
  EXPECT_EQ(read_to(quiet, last_line), "late");
}

TEST_F(BrokerFollow, ClientThatGoesTakesTheDescriptorsWithIt) {
  const std::size_t before = open_descriptors();
  Client client = rig.local(1);
  Files files;
  files.print("something");
  const std::uint64_t id = follow(client, files);
  EXPECT_NE(client.line(), "");
  EXPECT_EQ(open_descriptors(), before + 2 + 3 + 3);
  client.close();
  files.print("more");
  grew(id);
  rig.turn_until([this] { return rig.broker->pipeline().clients().size() == 0; });
  EXPECT_EQ(open_descriptors(), before + 3);
  // What still comes for it is taken, and closed.
  rig.helper.send_raw(follow_frame(id), files.descriptors());
  grew(id);
  rig.helper.reply(id, last_line);
  rig.settle();
  EXPECT_FALSE(rig.helper.link_ended());
  EXPECT_EQ(open_descriptors(), before + 3);
}

TEST_F(BrokerFollow, KeptBackReplyHoldsItsCallersPlace) {
  SettingsMessage settings = test_settings();
  settings.limits.requests_in_flight = 1;
  rig.helper.send(MessageKind::settings, 0, encode(settings));
  Client client = rig.local(1), other = rig.local(2);
  Files files;
  files.print(std::string(2 << 20, 'x'));
  rig.helper.reply(follow(client, files), last_line);
  other.send(ping);
  EXPECT_TRUE(rig.hears_no_run());
  EXPECT_EQ(read_to(client, last_line).size(), 2U << 20);
  rig.helper.reply(rig.hear_run().id, "pong\n");
  EXPECT_EQ(other.line(), "pong\n");
}

TEST_F(BrokerFollow, FilesThatWaitForReadersAreBounded) {
  SettingsMessage settings = test_settings();
  settings.limits.requests_in_flight = 1000;
  rig.helper.send(MessageKind::settings, 0, encode(settings));
  const std::size_t before = open_descriptors();
  Client client = rig.local(1);
  Files files;
  files.print("text");
  // All others wait behind the first, which goes on.
  const std::uint64_t first = follow(client, files);
  for (int i = 0; i < 601; ++i) rig.helper.reply(follow(client, files, 0, ping), last_line);
  rig.settle();
  EXPECT_EQ(open_descriptors(), before + 2 + 3 + 601 * 3) << "the first's, and those of 600";
  EXPECT_NE(client.line().find("text"), std::string::npos);
  rig.helper.reply(first, last_line);
  EXPECT_EQ(code_of(client.line()), 7) << "one more than may be kept back";
  for (int i = 0; i < 600; ++i) EXPECT_EQ(read_to(client, last_line), "text");
  EXPECT_EQ(code_of(client.line()), 7);
  EXPECT_EQ(open_descriptors(), before + 2 + 3);
}

TEST_F(BrokerFollow, HundredThatPrintAreNotFeltByAPing) {
  SettingsMessage settings = test_settings();
  settings.limits.requests_in_flight = 1000;
  rig.helper.send(MessageKind::settings, 0, encode(settings));
  std::vector<Client> clients;
  std::vector<std::uint64_t> ids;
  Files files;
  files.print(std::string(1 << 18, 'x'));
  for (std::uint64_t number = 1; number <= 100; ++number) {
    clients.push_back(rig.local(number));
    ids.push_back(follow(clients.back(), files));
  }
  Client pinger = rig.local(101, 34);
  pinger.send(ping);
  std::uint64_t turns = 0;
  std::optional<Heard> heard;
  for (; !heard || heard->kind != MessageKind::run; ++turns) {
    for (const std::uint64_t id : ids) grew(id);
    rig.broker->turn();
    heard = rig.helper.hear();
  }
  EXPECT_LE(turns, 3U);
  rig.helper.reply(heard->id, "pong\n");
  EXPECT_EQ(pinger.line(), "pong\n");
  for (std::size_t i = 0; i < clients.size(); ++i) {
    rig.helper.reply(ids[i], last_line);
    EXPECT_EQ(read_to(clients[i], last_line).size(), 1U << 18);
  }
}

}  // namespace
}  // namespace mgr::broker::test
