// The link: what the broker makes of a helper that goes, comes back, or says what it may not.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "protocol/wire.h"
#include "tests/unit/broker_support.h"

namespace mgr::broker::test {
namespace {

// ---- a lost link

TEST(BrokerLinkLoss, ForwardedRequestMayHaveBeenCarriedOut) {
  Rig rig;
  Client local = rig.local(1), network = rig.tcp();
  local.send(ping);
  network.send(kept_ping);
  rig.hear_run();
  rig.hear_run();
  rig.helper.close_link();
  const std::string line = local.line();
  EXPECT_EQ(code_of(line), 13);
  EXPECT_NE(line.find("may have been carried out"), std::string::npos);
  EXPECT_TRUE(local.ends());
  EXPECT_EQ(code_of(network.line()), 13);
}

TEST(BrokerLinkLoss, RequestThatWaitedWasNeverStarted) {
  SettingsMessage settings = test_settings();
  settings.limits.requests_in_flight = 1;
  Rig rig(settings);
  Client first = rig.local(1), second = rig.local(2), third = rig.local(3);
  first.send(ping);
  rig.hear_run();
  second.send(ping);
  third.send(std::string(kept_ping) + std::string(ping));
  rig.settle();
  rig.helper.close_link();
  EXPECT_EQ(code_of(first.line()), 13);
  EXPECT_EQ(code_of(second.line()), 8);
  EXPECT_EQ(code_of(third.line()), 8);
  EXPECT_EQ(code_of(third.line()), 8);
  EXPECT_TRUE(third.ends());
}

TEST(BrokerLinkLoss, UnsentRequestWasNeverStarted) {
  Rig rig;
  // Nobody reads the link until its buffer is full and requests stay behind in the broker.
  std::vector<Client> clients;
  const std::string big = "module:scan\naction:start\ntask_ids:" + std::string(4000, '1') +
                          "\nnote:" + std::string(4000, '2') + "\n\n";
  for (std::uint64_t number = 1; number <= 60; ++number) {
    clients.push_back(rig.local(number));
    clients.back().send(big);
  }
  rig.settle();
  rig.helper.close_link();
  int may_have_run = 0, never_started = 0;
  for (Client& client : clients) {
    const int code = code_of(client.line());
    may_have_run += code == 13 ? 1 : 0;
    never_started += code == 8 ? 1 : 0;
  }
  EXPECT_GT(may_have_run, 0);
  EXPECT_GT(never_started, 0);
  EXPECT_EQ(may_have_run + never_started, 60);
}

TEST(BrokerLinkLoss, HalfABlockIsToldThatNothingWasStarted) {
  Rig rig;
  Client begun = rig.local(1), idle = rig.local(2);
  begun.send("module:");
  idle.send(kept_ping);
  rig.helper.reply(rig.hear_run().id, "ok\n");
  EXPECT_EQ(idle.line(), "ok\n");
  rig.helper.close_link();
  EXPECT_EQ(code_of(begun.line()), 8);
  EXPECT_TRUE(begun.ends());
  EXPECT_TRUE(idle.ends());
}

TEST(BrokerLinkLoss, NetworkClientStaysAndIsServedByTheNextHelper) {
  Rig rig;
  Client client = rig.tcp();
  client.send(kept_ping);
  rig.helper.reply(rig.hear_run().id, "ok\n");
  EXPECT_EQ(client.line(), "ok\n");
  rig.helper.go_away();
  rig.settle();
  client.send(ping);
  EXPECT_EQ(code_of(client.line()), 8);
  rig.helper.come_back();
  rig.link_up();
  client.send(ping);
  rig.helper.reply(rig.hear_run().id, "again\n");
  EXPECT_EQ(client.line(), "again\n");
}

TEST(BrokerLinkLoss, ReplyOfTheLastHelperIsNotOneOfTheNext) {
  Rig rig;
  Client client = rig.tcp();
  client.send(kept_ping);
  const std::uint64_t id = rig.hear_run().id;
  rig.helper.close_link();
  EXPECT_EQ(code_of(client.line()), 13);
  rig.link_up();
  rig.helper.reply(id, "late\n");
  rig.turn_until([&] { return rig.helper.link_ended(); });
}

TEST(BrokerLinkLoss, ReloadChangesSchemaAndLimits) {
  Rig rig;
  SettingsMessage next = test_settings();
  next.modules.push_back({"fresh", {}, {{"one", {}}}});
  next.limits.connections_per_caller = 1;
  rig.helper.send(MessageKind::settings, 0, encode(next));
  Client first = rig.local(1), second = rig.local(2);
  EXPECT_EQ(code_of(second.line()), 7);
  first.send("module:fresh\naction:one\n\n");
  EXPECT_EQ(rig.hear_run().fields[0].value, "fresh");
}

// ---- what drops the link

class BrokerDropsLink : public ::testing::Test {
 protected:
  void expect_dropped() {
    rig.turn_until([this] { return rig.helper.link_ended(); });
  }
  static std::string header(std::uint32_t length, std::uint16_t kind, std::uint16_t spare = 0) {
    std::string bytes;
    WireWriter(bytes).u32(length).u16(kind).u16(spare).u64(0);
    return bytes;
  }
  static std::string connection_frame(std::uint64_t number) {
    std::string frame;
    append_frame(frame, MessageKind::connection, 0, encode(ConnectionMessage{number, 33, false}));
    return frame;
  }
  Rig rig;
};

TEST_F(BrokerDropsLink, ForLengthsOverTheLimit) {
  for (const std::uint32_t length : {0x7fffffffu, 0x80000000u, 0xffffffffu, (1u << 20) + 1}) {
    for (const std::uint16_t kind : std::initializer_list<std::uint16_t>{1, 5, 6, 7}) {
      rig.helper.send_raw(header(length, kind));
      expect_dropped();
      rig.link_up();
    }
  }
}

TEST_F(BrokerDropsLink, ForUnknownKindsAndThoseOfTheBroker) {
  for (const std::uint16_t kind : std::initializer_list<std::uint16_t>{0, 8, 9, 0xffff}) {
    rig.helper.send_raw(header(0, kind));
    expect_dropped();
    rig.link_up();
  }
  for (const MessageKind kind : {MessageKind::run, MessageKind::closed, MessageKind::refusals}) {
    rig.helper.send(kind, 0, std::string(8, '\0'));
    expect_dropped();
    rig.link_up();
  }
  rig.helper.send_raw(header(0, 7, 1));
  expect_dropped();
}

TEST_F(BrokerDropsLink, ForASecondHello) {
  rig.helper.send(MessageKind::hello, 0, encode(HelloMessage{}));
  expect_dropped();
}

TEST_F(BrokerDropsLink, ForPayloadsThatDoNotDecode) {
  for (const MessageKind kind : {MessageKind::settings, MessageKind::connection, MessageKind::reply,
                                 MessageKind::follow, MessageKind::grew}) {
    rig.helper.send(kind, 0, "\xff\xff\xff\xff\xff\xff\xff\xff\xff");
    expect_dropped();
    rig.link_up();
  }
  std::string reply = encode(ReplyMessage{false, "ok\n"});
  reply[1] = '\xff';  // the length of the text
  rig.helper.send(MessageKind::reply, 1, reply);
  expect_dropped();
}

TEST_F(BrokerDropsLink, ForAReplyToNothing) {
  rig.helper.reply(77, "ok\n");
  expect_dropped();
}

TEST_F(BrokerDropsLink, ForASecondLastReply) {
  Client client = rig.local(1);
  client.send(ping);
  const std::uint64_t id = rig.hear_run().id;
  rig.helper.reply(id, "ok\n");
  rig.helper.reply(id, "ok\n");
  EXPECT_EQ(client.line(), "ok\n");
  expect_dropped();
}

TEST_F(BrokerDropsLink, ForSettingsBeforeHello) {
  rig.helper.close_link();
  rig.turn_until([this] { return rig.helper.accept(); });
  rig.helper.send(MessageKind::settings, 0, encode(test_settings()));
  expect_dropped();
}

TEST_F(BrokerDropsLink, ForAConnectionBeforeSettings) {
  rig.helper.close_link();
  rig.turn_until([this] { return rig.helper.accept(); });
  rig.helper.send(MessageKind::hello, 0, encode(HelloMessage{}));
  const Descriptor fd(::dup(0));
  rig.helper.send_raw(connection_frame(1), {fd.get()});
  expect_dropped();
}

TEST_F(BrokerDropsLink, ForAMissingDescriptor) {
  rig.helper.send_raw(connection_frame(1));
  expect_dropped();
}

TEST_F(BrokerDropsLink, ForASurplusDescriptorAndLeaksNone) {
  const std::size_t before = open_descriptors();
  for (std::size_t surplus = 1; surplus <= 252; surplus += 50) {
    const std::vector<int> descriptors(1 + surplus, STDIN_FILENO);
    rig.helper.send_raw(connection_frame(1), descriptors);
    expect_dropped();
    rig.link_up();
  }
  rig.helper.send_raw(header(0, 1), std::vector<int>(253, STDIN_FILENO));
  expect_dropped();
  rig.link_up();
  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(BrokerDropsLink, WhenDescriptorsAreCutOffAndLeaksNone) {
  const std::size_t before = open_descriptors();
  rlimit files{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &files), 0);
  std::string batch;
  for (std::uint64_t number = 1; number <= 20; ++number) batch += connection_frame(number);
  rig.helper.send_raw(batch, std::vector<int>(20, STDIN_FILENO));
  // Room for ten of the twenty (descriptors are numbered densely here).
  const rlimit few{before + 10, files.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  rig.turn_until([this] { return rig.helper.link_ended(); });
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &files), 0);
  rig.link_up();
  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(BrokerDropsLink, TakesAsManyConnectionsAsAMessageCarries) {
  SettingsMessage settings = test_settings();
  settings.limits.connections_per_caller = 1000;
  rig.helper.send(MessageKind::settings, 0, encode(settings));
  std::vector<Descriptor> ours, theirs;
  std::vector<int> descriptors;
  std::string batch;
  for (std::uint64_t number = 1; number <= 253; ++number) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    ours.emplace_back(ends[0]);
    theirs.emplace_back(ends[1]);
    descriptors.push_back(ends[1]);
    batch += connection_frame(number);
  }
  rig.helper.send_raw(batch, descriptors);
  // The k-th message owns the k-th descriptor.
  for (const std::size_t index : {std::size_t{0}, std::size_t{100}, std::size_t{252}}) {
    Client client(rig, std::move(ours[index]));
    client.send(ping);
    const HeardRun run = rig.hear_run();
    EXPECT_EQ(run.connection, index + 1);
    rig.helper.reply(run.id, "ok\n");
    EXPECT_EQ(client.line(), "ok\n");
  }
}

// ---- who is at the other end

TEST(BrokerLink, OtherVersionEndsTheBroker) {
  Rig rig;
  rig.helper.close_link();
  rig.turn_until([&] { return rig.helper.accept(); });
  rig.helper.send(MessageKind::hello, 0, encode(HelloMessage{root_language_version + 1, "new"}));
  EXPECT_EQ(rig.broker->run(), 1);
}

TEST(BrokerLink, SaysNothingToASocketOfAnotherUser) {
  const TemporaryFolder folder;
  FakeHelper helper(folder.path() + "/helper.sock");
  const PipelineOptions options{folder.path() + "/helper.sock", ::geteuid() + 1, 100};
  Broker broker(options, {}, Descriptor(), Supervisor());
  ASSERT_TRUE(broker.start());
  while (!helper.accept()) broker.turn();
  broker.turn();
  EXPECT_FALSE(helper.hear());
  EXPECT_TRUE(helper.link_ended());
}

}  // namespace
}  // namespace mgr::broker::test
