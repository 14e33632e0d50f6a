// Bodies of requests: wanted or refused before a byte is read, whole or not at all, and bounded.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "protocol/request_block.h"
#include "tests/unit/broker_support.h"

namespace mgr::broker::test {
namespace {

std::string put(std::string_view body, const std::string& front = "") {
  return front + write_block({{"module", "file"}, {"action", "put"}}, body).value();
}

// A block that announces a body, without the body.
std::string announcing(const std::string& length, const std::string& front = "") {
  return front + "module:file\naction:put\nmgr-body:" + length + "\n\n";
}

std::size_t held(const Rig& rig) { return rig.broker->pipeline().bodies().held(); }

// Turns the loop while the client sends: a body is longer than a socket's buffers.
void send_all(Rig& rig, const Client& client, std::string_view bytes) {
  rig.turn_until([&] {
    const ssize_t sent =
        ::send(client.fd(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
    return bytes.empty();
  });
}

TEST(BrokerBodies, AreForwardedWithTheirRequest) {
  Rig rig;
  Client client = rig.local(1);
  const std::string body("module:shutdown\naction:poweroff\n\n\0\xFF", 35);
  client.send(put(body));
  const HeardRun run = rig.hear_run();
  EXPECT_EQ(run.body, body);
  EXPECT_EQ(run.fields.back(), (Field{"mgr-body", "35"}));
  rig.settle();
  EXPECT_EQ(held(rig), 0u);
  rig.helper.reply(run.id, "ok\n");
  EXPECT_EQ(client.line(), "ok\n");
  EXPECT_TRUE(client.ends());
}

TEST(BrokerBodies, AreForwardedWholeWhereverTheyAreSplit) {
  Rig rig;
  const std::string text = put("module:mgr\naction:ping\n\n");
  for (std::size_t first = 1; first < text.size(); ++first) {
    Client client = rig.local(first);
    client.send(text.substr(0, first));
    ASSERT_TRUE(rig.hears_no_run()) << first;
    client.send(text.substr(first));
    ASSERT_EQ(rig.hear_run().body, "module:mgr\naction:ping\n\n") << first;
  }
}

TEST(BrokerBodies, OfTheGreatestLengthAndOfNone) {
  Rig rig;
  Client client = rig.local(1);
  const std::string body(max_body_length, 'x');
  send_all(rig, client, put(body, "mgr:keep-alive\n"));
  EXPECT_EQ(rig.hear_run().body, body);
  client.send(put(""));
  EXPECT_EQ(rig.hear_run().body, "");
  client.send("module:file\naction:keep\n\n");
  EXPECT_EQ(rig.hear_run().body, std::nullopt);
  rig.settle();
  EXPECT_EQ(held(rig), 0u);
}

TEST(BrokerBodies, BlocksOfAKeptConnectionFollowThem) {
  Rig rig;
  Client client = rig.local(1);
  client.send(put("one", "mgr:keep-alive\n") + put("") + std::string(ping) + put("two\n\n"));
  for (const std::optional<std::string>& body :
       {std::optional<std::string>("one"), std::optional<std::string>(""),
        std::optional<std::string>(), std::optional<std::string>("two\n\n")}) {
    const HeardRun run = rig.hear_run();
    EXPECT_EQ(run.body, body);
    rig.helper.reply(run.id, "ok\n");
  }
  EXPECT_EQ(client.lines(4), "ok\nok\nok\nok\n");
}

TEST(BrokerBodies, AreNotReadAsRequestsWhereTheConnectionIsNotKept) {
  Rig rig;
  Client client = rig.local(1);
  client.send(put("x") + put("y"));
  EXPECT_EQ(rig.hear_run().body, "x");
  EXPECT_TRUE(rig.hears_no_run());
}

struct Refused {
  std::string block;
  int code;
};

TEST(BrokerBodies, ThatAreNotWantedAreRefusedBeforeAByteOfThem) {
  Rig rig;
  const std::string head = "mgr:keep-alive\n";
  const std::vector<Refused> refused{
      {"module:mgr\naction:ping\nmgr-body:5\n\n", 6},  // takes none
      {"module:nosuch\naction:put\nmgr-body:5\n\n", 1},
      {"module:file\naction:nosuch\nmgr-body:5\n\n", 1},
      {"module:file\naction:put\ncolour:x\nmgr-body:5\n\n", 6},
      {"module:file\naction:put\nmgr-dryrun:yes\nmgr-body:5\n\n", 6},
      {"module:file\naction:put\nauth-key:k\nmgr-body:5\n\n", 6},
      {announcing(""), 6},
      {announcing("-1"), 6},
      {announcing("05"), 6},
      {announcing("5x"), 6},
      {announcing("1048577"), 10},
      {announcing("4294967301"), 10},
      {announcing("18446744073709551621"), 10},
  };
  for (const Refused& one : refused) {
    Client client = rig.local(1);
    client.send(head + one.block);
    EXPECT_EQ(code_of(client.line()), one.code) << one.block;
    // Whatever follows is not taken for a request.
    client.send(ping);
    EXPECT_TRUE(rig.hears_no_run()) << one.block;
    client.half_close();
    EXPECT_TRUE(client.ends()) << one.block;
    EXPECT_EQ(held(rig), 0u);
  }
}

TEST(BrokerBodies, RefusalReachesANetworkClientThatIsStillSending) {
  Rig rig;
  Client client = rig.tcp();
  send_all(rig, client,
           "module:mgr\naction:ping\nmgr-body:1048576\n\n" + std::string(max_body_length, 'x'));
  EXPECT_EQ(code_of(client.line()), 6);
  client.half_close();
  EXPECT_TRUE(client.ends());
}

TEST(BrokerBodies, AnActionThatNeedsOneIsRefusedWithoutAndTheNextIsServed) {
  Rig rig;
  Client client = rig.local(1);
  client.send("mgr:keep-alive\nmodule:file\naction:put\n\n" + std::string(ping));
  EXPECT_EQ(code_of(client.line()), 6);
  EXPECT_EQ(rig.hear_run().body, std::nullopt);
}

TEST(BrokerBodies, HalfABodyIsNoRequest) {
  Rig rig;
  Client client = rig.local(1);
  client.send(announcing("10") + "half");
  client.half_close();
  EXPECT_TRUE(client.ends());
  EXPECT_TRUE(rig.hears_no_run());
  EXPECT_EQ(held(rig), 0u);
}

TEST(BrokerBodies, DrippingDoesNotMoveTheDeadlineOfTheBlock) {
  SettingsMessage settings = test_settings();
  settings.limits.block_deadline_ms = 50;
  Rig rig(settings);
  Client client = rig.local(1);
  client.send(announcing("1048576"));
  rig.settle();
  EXPECT_EQ(held(rig), max_body_length);
  std::string line;
  std::array<char, 256> buffer{};
  // A byte a turn: were each to move the deadline, this would go on for a million turns.
  rig.turn_until([&] {
    const ssize_t got = ::recv(client.fd(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got > 0) line.assign(buffer.data(), static_cast<std::size_t>(got));
    if (line.empty()) client.send("x");
    ::usleep(200);
    return !line.empty();
  });
  EXPECT_EQ(code_of(line), 13);
  EXPECT_EQ(held(rig), 0u);
  EXPECT_TRUE(rig.hears_no_run());
}

TEST(BrokerBodies, OfOneCallerAreBoundedAndOthersAreServed) {
  Rig rig;
  std::vector<Client> flood;
  for (std::uint64_t i = 1; i <= 8; ++i) {
    flood.push_back(rig.local(i));
    flood.back().send(announcing("1048576") + "begun");
  }
  rig.settle();
  EXPECT_EQ(held(rig), Bodies::most_of_a_caller);
  Client one_more = rig.local(9);
  one_more.send(announcing("1", "mgr:keep-alive\n"));
  EXPECT_EQ(code_of(one_more.line()), 7);
  one_more.half_close();
  EXPECT_TRUE(one_more.ends());
  // Its requests without a body, and the bodies of others, go on.
  Client bodiless = rig.local(10);
  bodiless.send(ping);
  EXPECT_EQ(rig.hear_run().connection, 10u);
  Client other = rig.local(11, 34);
  other.send(put("x"));
  EXPECT_EQ(rig.hear_run().connection, 11u);
  // Who goes makes room.
  flood.pop_back();
  rig.turn_until([&] { return held(rig) == Bodies::most_of_a_caller - max_body_length; });
  Client next = rig.local(12);
  next.send(put("y"));
  EXPECT_EQ(rig.hear_run().connection, 12u);
}

TEST(BrokerBodies, OfAllCallersAreBounded) {
  Rig rig;
  std::vector<Client> flood;
  for (std::uint32_t uid = 1000; uid < 1100; ++uid) {
    flood.push_back(rig.local(uid, uid));
    flood.back().send(announcing("1048576"));
  }
  rig.settle();
  EXPECT_EQ(held(rig), Bodies::most_in_all);
  int busy = 0;
  for (const Client& client : flood) {
    std::array<char, 256> buffer{};
    const ssize_t got = ::recv(client.fd(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got > 0 && code_of({buffer.data(), static_cast<std::size_t>(got)}) == 7) ++busy;
  }
  EXPECT_EQ(busy, 36);
  flood.clear();
  rig.turn_until([&] { return held(rig) == 0; });
}

// Its memory is the broker's until the helper has taken it.
TEST(BrokerBodies, AreCountedUntilTheHelperReads) {
  Rig rig;
  const std::string body(max_body_length, 'x');
  std::vector<Client> clients;
  for (std::uint64_t i = 1; i <= 8; ++i) {
    clients.push_back(rig.local(i));
    send_all(rig, clients.back(), put(body));
  }
  rig.settle();
  EXPECT_EQ(held(rig), Bodies::most_of_a_caller);
  Client one_more = rig.local(9);
  one_more.send(announcing("1"));
  EXPECT_EQ(code_of(one_more.line()), 7);
  for (int i = 0; i < 8; ++i) EXPECT_EQ(rig.hear_run().body, body);
  rig.turn_until([&] { return held(rig) == 0; });
}

TEST(BrokerBodies, AreGivenBackWhenTheLinkIsLost) {
  Rig rig;
  Client reading = rig.local(1), network = rig.tcp(), sent = rig.local(3);
  reading.send(announcing("1000") + "begun");
  network.send(announcing("1000", "mgr:keep-alive\n") + "begun");
  const std::string body(max_body_length, 'x');
  send_all(rig, sent, put(body));
  rig.turn_until([&] { return held(rig) >= 2000; });
  rig.helper.close_link();
  EXPECT_EQ(code_of(reading.line()), 8);
  rig.turn_until([&] { return held(rig) == 1000; });
  // The network's goes on: its body is read whole, and then there is a helper again, or none.
  network.send(std::string(995, 'y'));
  EXPECT_EQ(code_of(network.line()), 8);
  EXPECT_EQ(held(rig), 0u);
  rig.link_up();
  network.send(put("z"));
  EXPECT_EQ(rig.hear_run().body, "z");
}

TEST(BrokerBodies, WaitForTheirTurnAndKeepTheirPlace) {
  SettingsMessage settings = test_settings();
  settings.limits.requests_in_flight = 1;
  Rig rig(settings);
  Client first = rig.local(1), second = rig.local(2);
  first.send(put("one"));
  const HeardRun run = rig.hear_run();
  second.send(put("two", "mgr:keep-alive\n") + put("three"));
  EXPECT_TRUE(rig.hears_no_run());
  EXPECT_EQ(held(rig), 3u);
  rig.helper.reply(run.id, "ok\n");
  const HeardRun next = rig.hear_run();
  EXPECT_EQ(next.body, "two");
  rig.helper.reply(next.id, "ok\n");
  EXPECT_EQ(rig.hear_run().body, "three");
  EXPECT_EQ(second.line(), "ok\n");
}

}  // namespace
}  // namespace mgr::broker::test
