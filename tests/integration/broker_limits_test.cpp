// The broker's limits and clocks. No client can deny the others service.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/broker_support.h"

namespace mgr::broker::test {
namespace {

SettingsMessage with(const std::function<void(BrokerLimits&)>& change) {
  SettingsMessage settings = test_settings();
  change(settings.limits);
  return settings;
}

constexpr std::uint32_t soon = 50;  // ms

// ---- clocks

TEST(BrokerDeadlines, HalfABlockEndsWithTimeout) {
  Rig rig(with([](BrokerLimits& limits) { limits.block_deadline_ms = soon; }));
  for (const std::string_view begun : {"", "module:mgr\n", "mgr:keep-alive\n"}) {
    for (const bool network : {false, true}) {
      Client client = network ? rig.tcp() : rig.local(1);
      client.send(begun);
      EXPECT_EQ(code_of(client.line()), 13);
      EXPECT_TRUE(client.ends());
    }
  }
}

TEST(BrokerDeadlines, DrippingDoesNotMoveTheDeadline) {
  Rig rig(with([](BrokerLimits& limits) { limits.block_deadline_ms = soon; }));
  Client client = rig.local(1);
  client.send("module:");
  std::string line;
  std::array<char, 256> buffer{};
  // One byte a turn, until it is told off: were each byte to move the deadline, a 4 KiB value would
  // be over before, and refused as too large.
  rig.turn_until([&] {
    const ssize_t got = ::recv(client.fd(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got > 0) line.assign(buffer.data(), static_cast<std::size_t>(got));
    if (line.empty()) client.send("m");
    ::usleep(200);
    return !line.empty();
  });
  EXPECT_EQ(code_of(line), 13);
}

TEST(BrokerDeadlines, SecondBlockHasItsOwnDeadline) {
  Rig rig(with([](BrokerLimits& limits) { limits.block_deadline_ms = soon; }));
  Client client = rig.local(1);
  client.send(std::string(kept_ping) + "module:");
  rig.helper.reply(rig.hear_run().id, "ok\n");
  EXPECT_EQ(client.line(), "ok\n");
  EXPECT_EQ(code_of(client.line()), 13);
  EXPECT_TRUE(client.ends());
}

TEST(BrokerDeadlines, IdleLoopHasNothingToWakeFor) {
  Rig rig;
  EXPECT_EQ(uv_backend_timeout(rig.broker->loop()), -1);
  Client client = rig.local(1);
  client.send(kept_ping);
  const std::uint64_t id = rig.hear_run().id;
  EXPECT_EQ(uv_backend_timeout(rig.broker->loop()), -1);
  rig.helper.reply(id, "ok\n");
  EXPECT_EQ(client.line(), "ok\n");
  // Nothing but the idle deadline of a minute.
  EXPECT_GT(uv_backend_timeout(rig.broker->loop()), 10'000);
}

TEST(BrokerDeadlines, IdleConnectionIsClosedInSilence) {
  Rig rig(with([](BrokerLimits& limits) { limits.idle_deadline_ms = soon; }));
  Client client = rig.tcp();
  client.send(kept_ping);
  rig.helper.reply(rig.hear_run().id, "ok\n");
  EXPECT_EQ(client.line(), "ok\n");
  EXPECT_TRUE(client.ends());
}

TEST(BrokerDeadlines, RequestInFlightHasNone) {
  Rig rig(with([](BrokerLimits& limits) {
    limits.idle_deadline_ms = soon;
    limits.block_deadline_ms = soon;
  }));
  Client client = rig.local(1), other = rig.local(2);
  client.send(kept_ping);
  const std::uint64_t id = rig.hear_run().id;
  // Two deadlines of the other connection go by.
  EXPECT_EQ(code_of(other.line()), 13);
  Client third = rig.local(3);
  EXPECT_EQ(code_of(third.line()), 13);
  rig.helper.reply(id, "ok\n");
  EXPECT_EQ(client.line(), "ok\n");
}

TEST(BrokerDeadlines, ClientThatDoesNotReadIsDropped) {
  Rig rig(with([](BrokerLimits& limits) { limits.idle_deadline_ms = soon; }));
  Client client = rig.local(9);
  client.send(ping);
  const std::uint64_t id = rig.hear_run().id;
  const std::string line(100'000, 'x');
  for (int i = 0; i < 5; ++i) {
    rig.helper.reply(id, line, true);
    rig.settle();
  }
  EXPECT_EQ(rig.hear_closed(), 9u);
}

TEST(BrokerLimitsTest, StreamNobodyReadsIsDroppedBeforeItFillsTheMemory) {
  Rig rig;
  Client client = rig.local(9);
  client.send(ping);
  const std::uint64_t id = rig.hear_run().id;
  const std::string line(100'000, 'x');
  bool closed = false;
  for (std::size_t sent = 0; sent < 2 * Clients::max_owed && !closed; sent += line.size()) {
    rig.helper.reply(id, line, true);
    rig.settle();
    while (const auto heard = rig.helper.hear()) closed |= heard->kind == MessageKind::closed;
  }
  EXPECT_TRUE(closed);
  EXPECT_EQ(rig.broker->pipeline().clients().size(), 0u);
}

// ---- places

TEST(BrokerLimitsTest, ConnectionsOfOneCaller) {
  Rig rig(with([](BrokerLimits& limits) { limits.connections_per_caller = 2; }));
  const Client first = rig.local(1), second = rig.local(2);
  Client third = rig.local(3), other = rig.local(4, 34);
  EXPECT_EQ(code_of(third.line()), 7);
  EXPECT_TRUE(third.ends());
  EXPECT_EQ(rig.hear_closed(), 3u);
  other.send(ping);
  EXPECT_EQ(rig.hear_run().connection, 4u);
}

TEST(BrokerLimitsTest, PlaceIsFreeAgainWhenItsConnectionEnds) {
  Rig rig(with([](BrokerLimits& limits) { limits.connections_per_caller = 1; }));
  for (std::uint64_t number = 1; number < 4; ++number) {
    Client client = rig.local(number);
    client.send(ping);
    rig.helper.reply(rig.hear_run().id, "ok\n");
    EXPECT_EQ(client.line(), "ok\n");
  }
}

TEST(BrokerLimitsTest, TheWholeNetworkIsOneCaller) {
  Rig rig(with([](BrokerLimits& limits) { limits.connections_per_caller = 1; }));
  Client first = rig.tcp(), second = rig.tcp();
  EXPECT_EQ(code_of(second.line()), 7);
  first.send(ping);
  rig.hear_run();
}

TEST(BrokerLimitsTest, AdminsHavePlacesWhenAllOthersAreTaken) {
  Rig rig(with([](BrokerLimits& limits) {
    limits.connections = 3;
    limits.kept_places = 1;
  }));
  const Client first = rig.local(1, 33), second = rig.tcp();
  rig.settle();
  Client third = rig.local(3, 35);
  EXPECT_EQ(code_of(third.line()), 7);
  Client admin = rig.local(4, 0, true);
  admin.send(ping);
  EXPECT_EQ(rig.hear_run().connection, 4u);
}

// ---- pace

TEST(BrokerPace, WhoIsOverTheRateWaitsAndOthersDoNot) {
  Rig rig(with([](BrokerLimits& limits) {
    limits.requests_per_second = 20;
    limits.burst = 2;
  }));
  Client flood = rig.local(1), other = rig.local(2, 34), admin = rig.local(3, 0, true);
  std::string blocks(kept_ping);
  for (int i = 0; i < 4; ++i) blocks += ping;
  flood.send(blocks);
  rig.hear_run();
  rig.hear_run();
  EXPECT_TRUE(rig.hears_no_run());
  other.send(ping);
  EXPECT_EQ(rig.hear_run().connection, 2u);
  // Root pays nothing.
  admin.send(blocks);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(rig.hear_run().connection, 3u);
  // Nothing of it is lost: tokens come, and with them their turns.
  for (int i = 0; i < 3; ++i) EXPECT_EQ(rig.hear_run().connection, 1u);
}

TEST(BrokerPace, NonsenseIsPaidForToo) {
  Rig rig(with([](BrokerLimits& limits) {
    limits.requests_per_second = 1;
    limits.burst = 2;
    limits.block_deadline_ms = soon;
  }));
  Client flood = rig.local(1);
  flood.send("mgr:keep-alive\nmodule:a\naction:b\n\nmodule:a\naction:b\n\nmodule:a\naction:b\n\n");
  EXPECT_EQ(code_of(flood.line()), 1);
  EXPECT_EQ(code_of(flood.line()), 1);
  const std::string refused = flood.line();
  EXPECT_EQ(code_of(refused), 7);
  EXPECT_NE(refused.find("try again in 1 s"), std::string::npos) << refused;
}

TEST(BrokerPace, AConnectionARequestIsNoWayRoundIt) {
  Rig rig(with([](BrokerLimits& limits) {
    limits.requests_per_second = 1;
    limits.burst = 3;
    limits.block_deadline_ms = soon;
  }));
  for (std::uint64_t number = 1; number <= 3; ++number) {
    Client client = rig.local(number);
    client.send(ping);
    rig.helper.reply(rig.hear_run().id, "ok\n");
    EXPECT_EQ(client.line(), "ok\n");
    EXPECT_TRUE(client.ends());
  }
  Client fourth = rig.local(4);
  fourth.send(ping);
  EXPECT_EQ(code_of(fourth.line()), 7);
}

TEST(BrokerPace, BodyIsNotReadBeforeItIsPaidFor) {
  Rig rig(with([](BrokerLimits& limits) {
    limits.requests_per_second = 1;
    limits.burst = 1;
    limits.block_deadline_ms = soon;
  }));
  Client client = rig.local(1);
  client.send("mgr:keep-alive\nmodule:file\naction:put\nmgr-body:2\n\nhi");
  EXPECT_EQ(*rig.hear_run().body, "hi");
  client.send("module:file\naction:put\nmgr-body:900000\n\nhi");
  rig.settle();
  EXPECT_EQ(rig.broker->pipeline().bodies().held(), 0u);
  EXPECT_TRUE(rig.hears_no_run());
}

// ---- requests in flight

TEST(BrokerLimitsTest, RequestsPastTheLimitWaitTheirTurn) {
  Rig rig(with([](BrokerLimits& limits) { limits.requests_in_flight = 2; }));
  Client pipelining = rig.local(1), single = rig.local(2), other = rig.local(3, 34);
  pipelining.send(std::string(kept_ping) + std::string(ping) + std::string(ping));
  const std::uint64_t first = rig.hear_run().id;
  const std::uint64_t second = rig.hear_run().id;
  single.send(ping);
  EXPECT_TRUE(rig.hears_no_run());
  // Another caller is not touched.
  other.send(ping);
  EXPECT_EQ(rig.hear_run().connection, 3u);
  rig.helper.reply(first, "1\n");
  const HeardRun third = rig.hear_run();
  EXPECT_EQ(third.connection, 2u);  // one a connection: who pipelines has had two
  rig.helper.reply(second, "2\n");
  const HeardRun fourth = rig.hear_run();
  EXPECT_EQ(fourth.connection, 1u);
  rig.helper.reply(fourth.id, "3\n");
  rig.helper.reply(third.id, "single\n");
  EXPECT_EQ(single.line(), "single\n");
  EXPECT_EQ(pipelining.lines(3), "1\n2\n3\n");
}

TEST(BrokerLimitsTest, EveryWaitingConnectionOfACallerIsServed) {
  Rig rig(with([](BrokerLimits& limits) { limits.requests_in_flight = 3; }));
  std::vector<Client> clients;
  for (std::uint64_t number = 1; number <= 40; ++number) {
    clients.push_back(rig.local(number));
    clients.back().send(std::string(kept_ping) + std::string(ping) + std::string(ping));
    clients.back().half_close();
  }
  for (int i = 0; i < 120; ++i) rig.helper.reply(rig.hear_run().id, "ok\n");
  for (Client& client : clients) {
    EXPECT_EQ(client.lines(3), "ok\nok\nok\n");
    EXPECT_TRUE(client.ends());
  }
}

TEST(BrokerLimitsTest, WaitingTooLongIsBusy) {
  Rig rig(with([](BrokerLimits& limits) {
    limits.requests_in_flight = 1;
    limits.block_deadline_ms = soon;
  }));
  Client first = rig.local(1), second = rig.local(2), kept = rig.local(3);
  first.send(ping);
  const std::uint64_t id = rig.hear_run().id;
  second.send(ping);
  kept.send(std::string(kept_ping) + std::string(ping));
  EXPECT_EQ(code_of(second.line()), 7);
  EXPECT_TRUE(second.ends());
  EXPECT_EQ(code_of(kept.line()), 7);
  EXPECT_EQ(code_of(kept.line()), 7);
  rig.helper.reply(id, "ok\n");
  kept.send(ping);
  EXPECT_EQ(rig.hear_run().connection, 3u);
}

TEST(BrokerLimitsTest, PipelinerThatDoesNotReadIsNotReadEither) {
  Rig rig(with([](BrokerLimits& limits) { limits.requests_in_flight = 4; }));
  Client client = rig.local(1);
  client.send("mgr:keep-alive\n");
  // Refused at once each; past its room for replies the rest stays unread.
  std::string blocks;
  for (int i = 0; i < 100; ++i) blocks += "module:nosuch\naction:x\n\n";
  std::size_t sent = 0;
  for (int i = 0; i < 10'000; ++i) {
    const ssize_t taken =
        ::send(client.fd(), blocks.data(), blocks.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (taken < 0) break;
    sent += static_cast<std::size_t>(taken);
    ASSERT_EQ(taken, static_cast<ssize_t>(blocks.size()));
    rig.settle();
  }
  EXPECT_LT(sent, 10'000 * blocks.size());
  for (std::size_t i = 0; i < sent / blocks.size() * 100; ++i) {
    ASSERT_EQ(code_of(client.line()), 1);
  }
}

}  // namespace
}  // namespace mgr::broker::test
