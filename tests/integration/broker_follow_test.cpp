// The output of jobs, from the helper's descriptors to clients: order, ends, and what a helper may
// not say.
#include "tests/integration/broker_follow_fixture.h"

namespace mgr::broker::test {
namespace {

TEST_F(BrokerFollow, OutputComesAsItGrowsAndTheLastReplyAfterIt) {
  Client client = rig.local(1);
  Files files;
  files.print("one\n");
  files.print("bad\n", OutputStream::error);
  const std::uint64_t id = follow(client, files);
  EXPECT_EQ(client.line(),
            "{\"success\":true,\"msg\":\"follow ok\",\"more\":true,\"data\":{\"skipped\":0,"
            "\"records\":[{\"time\":\"1970-01-01T00:00:00.000001Z\",\"stream\":\"stdout\","
            "\"position\":0,\"text\":\"one\\u000a\"},{\"time\":\"1970-01-01T00:00:00.000001Z\","
            "\"stream\":\"stderr\",\"position\":4,\"text\":\"bad\\u000a\"}]}}\n");
  files.print("two\n");
  grew(id);
  EXPECT_EQ(Json::parse(client.line())["data"]["records"][0]["text"], "two\n");
  files.print("three\n");
  rig.helper.reply(id, last_line);
  EXPECT_EQ(read_to(client, last_line), "three\n");
}

TEST_F(BrokerFollow, TailBeginsWithTheLastLines) {
  Client client = rig.local(1);
  Files files;
  files.print("one\ntwo\nthree\n");
  rig.helper.reply(follow(client, files, 2), last_line);
  EXPECT_EQ(read_to(client, last_line), "two\nthree\n");
}

TEST_F(BrokerFollow, JobThatNeverRanHasItsLastReplyAlone) {
  Client client = rig.local(1);
  client.send(ping);
  const std::uint64_t id = rig.hear_run().id;
  grew(id);
  rig.helper.reply(id, last_line);
  EXPECT_EQ(client.line(), last_line);
}

TEST_F(BrokerFollow, AnotherAttemptGoesOnInTheSameReply) {
  Client client = rig.local(1);
  Files files;
  files.print("first");
  const std::uint64_t id = follow(client, files);
  EXPECT_NE(client.line().find("\"first\""), std::string::npos);
  files.begin_anew();
  files.print("second");
  rig.helper.send_raw(follow_frame(id), files.descriptors());
  const Json again = Json::parse(client.line());
  EXPECT_EQ(again["data"]["restarted"], true);
  EXPECT_EQ(again["data"]["records"][0]["text"], "second");
  rig.helper.reply(id, last_line);
  EXPECT_EQ(client.line(), last_line);
}

TEST_F(BrokerFollow, RepliesBehindAFollowKeepTheirOrder) {
  Client client = rig.local(1);
  Files files, others;
  files.print("mine ");
  others.print("of another");
  client.send(std::string(kept_ping) + std::string(ping) + std::string(ping));
  const std::uint64_t first = rig.hear_run().id, second = rig.hear_run().id;
  const std::uint64_t third = rig.hear_run().id;
  rig.helper.reply(third, "pong\n");
  rig.helper.send_raw(follow_frame(second), others.descriptors());
  rig.helper.reply(second, last_line);
  rig.helper.send_raw(follow_frame(first), files.descriptors());
  rig.settle();
  files.print("to the end");
  rig.helper.reply(first, last_line);
  EXPECT_EQ(read_to(client, last_line), "mine to the end");
  EXPECT_EQ(read_to(client, last_line), "of another");
  EXPECT_EQ(client.line(), "pong\n");
}

// ---- a helper that goes, or says what it may not

TEST_F(BrokerFollow, LostLinkEndsTheReply) {
  const std::size_t before = open_descriptors();
  Client client = rig.local(1);
  Files files;
  files.print("begun");
  follow(client, files);
  EXPECT_NE(client.line().find("begun"), std::string::npos);
  rig.helper.close_link();
  EXPECT_EQ(code_of(client.line()), 13);
  EXPECT_TRUE(client.ends());
  client.close();
  rig.link_up();
  EXPECT_EQ(open_descriptors(), before + 3);
}

TEST_F(BrokerFollow, LostLinkLeavesAloneWhatHadItsLastReply) {
  Client client = rig.local(1);
  Files files;
  files.print(std::string(2 << 20, 'x'));
  rig.helper.reply(follow(client, files), last_line);
  rig.settle();
  rig.helper.close_link();
  EXPECT_EQ(read_to(client, last_line).size(), 2U << 20);
  EXPECT_TRUE(client.ends());
}

TEST_F(BrokerFollow, TooFewDescriptorsDropTheLinkAndLeakNone) {
  Client client = rig.local(1);
  client.send(ping);
  const std::uint64_t id = rig.hear_run().id;
  const std::size_t before = open_descriptors();
  rig.helper.send_raw(follow_frame(id), {STDIN_FILENO, STDIN_FILENO});
  expect_dropped();
  EXPECT_EQ(code_of(client.line()), 13);
  rig.link_up();
  client.close();
  EXPECT_EQ(open_descriptors(), before - 2);
}

TEST_F(BrokerFollow, UnknownIdsDropTheLink) {
  const std::size_t before = open_descriptors();
  const Files files;
  rig.helper.send_raw(follow_frame(77), files.descriptors());
  expect_dropped();
  rig.link_up();
  grew(77);
  expect_dropped();
  rig.link_up();
  Client client = rig.local(1);
  const std::uint64_t id = follow(client, files);
  rig.helper.reply(id, last_line);
  EXPECT_EQ(client.line(), last_line);
  grew(id);
  expect_dropped();
  rig.link_up();
  client.close();
  EXPECT_EQ(open_descriptors(), before + 3);
}

TEST_F(BrokerFollow, ActionThatIsNoNameDropsTheLink) {
  for (const char* action : {"", "a b", "\"", "a\n", "\xff"}) {
    Client client = rig.tcp();
    client.send(ping);
    const Files files;
    rig.helper.send_raw(follow_frame(rig.hear_run().id, 0, action), files.descriptors());
    expect_dropped();
    rig.link_up();
    EXPECT_EQ(code_of(client.line()), 13);
  }
}

TEST_F(BrokerFollow, MoreThanTheHelperMayGiveDropTheLink) {
  SettingsMessage settings = test_settings();
  settings.limits.requests_in_flight = 1000;
  rig.helper.send(MessageKind::settings, 0, encode(settings));
  const std::size_t before = open_descriptors();
  std::vector<Client> clients;
  const Files files;
  for (std::size_t i = 0; i < 600; ++i) {
    const bool is_first = i % 60 == 0;
    if (is_first) clients.push_back(rig.local(i + 1));
    follow(clients.back(), files, 0, is_first ? kept_ping : ping);
  }
  rig.settle();
  EXPECT_FALSE(rig.helper.link_ended());
  follow(clients.back(), files, 0, ping);
  expect_dropped();
  rig.settle();
  clients.clear();
  rig.link_up();
  EXPECT_EQ(open_descriptors(), before + 3);
}

}  // namespace
}  // namespace mgr::broker::test
