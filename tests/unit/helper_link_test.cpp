// The link and the connections of the helper, with a peer that is not the broker's friend. Needs no
// root: the test's own uid plays the broker's.
#include "helper/link.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>

#include "helper/connections.h"
#include "helper/nonces.h"
#include "helper_scratch.h"
#include "helper_test_loop.h"
#include "protocol/wire.h"

namespace mgr {
namespace {

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size());
  return address;
}

class LinkTest : public testing::Test {
 protected:
  void open(uid_t broker) {
    ASSERT_NE(mkdtemp(folder_.data()), nullptr);
    const sockaddr_un address = address_of(folder_ + "/link");
    const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    ASSERT_EQ(bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(listen(listener, 8), 0);
    LinkEvents events;
    events.up = [this] { ++ups_; };
    events.lost = [this] { ++losses_; };
    events.answer_run = [this](ReplyTo to, const RunMessage& message) {
      runs_.push_back(to);
      fields_ = message.fields.size();
    };
    events.answer_closed = [](const ClosedMessage&, std::uint64_t) {};
    events.answer_refusals = [](const RefusalsMessage&) {};
    events.violation = [this](std::string_view why) { violations_.emplace_back(why); };
    link_ = std::make_unique<Link>(loop_.get(), Descriptor(listener), broker, std::move(events));
  }
  void TearDown() override {
    link_.reset();
    std::filesystem::remove_all(folder_);
  }

  int connect_peer() {
    const int peer = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_un address = address_of(folder_ + "/link");
    EXPECT_EQ(connect(peer, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    return peer;
  }
  static std::string hello(std::uint32_t version = root_language_version) {
    std::string bytes;
    append_frame(bytes, MessageKind::hello, 0, encode(HelloMessage{version, "test"}));
    return bytes;
  }
  // A peer says these bytes; the link must send it away, and live on for the next.
  void expect_sent_away(const std::string& bytes) {
    const int before = losses_;
    const int peer = connect_peer();
    ASSERT_EQ(send(peer, bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
    loop_.run_until([&] { return losses_ > before; });
    EXPECT_FALSE(link_->is_up());
    close(peer);
  }

  TestLoop loop_;
  std::string folder_ = "/tmp/mgr-link-XXXXXX";
  std::unique_ptr<Link> link_;
  int ups_ = 0, losses_ = 0;
  std::size_t fields_ = 0;
  std::vector<ReplyTo> runs_;
  std::vector<std::string> violations_;
};

TEST_F(LinkTest, SendsAwayEveryUidButTheBrokersUnread) {
  open(geteuid() + 1);
  const int peer = connect_peer();
  loop_.run_until([&] { return !violations_.empty(); });
  char byte = 0;
  EXPECT_EQ(recv(peer, &byte, 1, 0), 0) << "not a byte, not even a greeting";
  EXPECT_EQ(ups_, 0);
  close(peer);
}

// Both waited in the backlog while the helper was away.
TEST_F(LinkTest, TakesTheBrokerThatCameAfterOneThatDiedWaiting) {
  open(geteuid());
  const int dead = connect_peer();
  std::string last_words = hello();
  append_frame(last_words, MessageKind::run, 1, encode(RunMessage{1, "", {{"module", "mgr"}}}));
  ASSERT_GT(send(dead, last_words.data(), last_words.size(), MSG_NOSIGNAL), 0);
  close(dead);
  const int peer = connect_peer();
  ASSERT_GT(send(peer, hello().data(), hello().size(), MSG_NOSIGNAL), 0);
  loop_.run_until([&] { return ups_ == 2 || !violations_.empty(); });
  EXPECT_TRUE(violations_.empty()) << violations_.front();
  EXPECT_EQ(losses_, 1);
  EXPECT_EQ(runs_.size(), 1u);
  close(peer);
}

TEST_F(LinkTest, RefusesWhatIsOutOfOrderUnknownOrBroken) {
  open(geteuid());
  const RunMessage run{1, "", {{"module", "mgr"}}};
  std::string early;
  append_frame(early, MessageKind::run, 1, encode(run));
  expect_sent_away(early);              // before hello
  expect_sent_away(hello() + hello());  // hello twice
  std::string downwards = hello();
  append_frame(downwards, MessageKind::reply, 1, encode(ReplyMessage{false, "x"}));
  expect_sent_away(downwards);  // a kind that only the helper says
  std::string torn = hello();
  append_frame(torn, MessageKind::run, 1, encode(run).substr(1));
  expect_sent_away(torn);
  std::string crowded = hello();
  const std::vector<FieldView> many(max_fields + 1, {"x", "y"});
  append_frame(crowded, MessageKind::run, 1, encode(RunMessage{1, "", many}));
  expect_sent_away(crowded);  // no client can have sent so many
  std::string refusals = hello();
  append_frame(refusals, MessageKind::refusals, 0,
               encode(RefusalsMessage{std::vector<Refusal>(max_refusals + 1)}));
  expect_sent_away(refusals);
  for (const std::uint32_t length : {0x80000000u, 0xFFFFFFFFu}) {
    std::string huge = hello();
    WireWriter(huge).u32(length).u16(2).u16(0).u64(1);
    expect_sent_away(huge);
  }
  EXPECT_TRUE(runs_.empty());
}

TEST_F(LinkTest, SendsAwayABrokerThatPassesDescriptorsAndKeepsNone) {
  open(geteuid());
  const auto open_descriptors = [] {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
  };
  const auto before = open_descriptors();
  for (const std::size_t count : {1u, 2u, 253u}) {
    const int lost = losses_;
    const int peer = connect_peer();
    std::vector<int> descriptors(count, 0);
    std::vector<char> control(CMSG_SPACE(count * sizeof(int)));
    std::string bytes = hello();
    iovec buffer{bytes.data(), bytes.size()};
    msghdr message{};
    message.msg_iov = &buffer;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* part = CMSG_FIRSTHDR(&message);
    *part = {CMSG_LEN(count * sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
    std::memcpy(CMSG_DATA(part), descriptors.data(), count * sizeof(int));
    ASSERT_GT(sendmsg(peer, &message, MSG_NOSIGNAL), 0);
    loop_.run_until([&] { return losses_ > lost; });
    close(peer);
  }
  EXPECT_EQ(open_descriptors(), before);
  EXPECT_EQ(ups_, 0);
  EXPECT_EQ(violations_.size(), 3u);
}

TEST_F(LinkTest, AnswersTheLinkThatAskedAndNoOther) {
  open(geteuid());
  const int first = connect_peer();
  std::string bytes = hello();
  append_frame(bytes, MessageKind::run, 42,
               encode(RunMessage{1, "", {{"module", "mgr"}, {"action", "ping"}}}));
  ASSERT_GT(send(first, bytes.data(), bytes.size(), MSG_NOSIGNAL), 0);
  loop_.run_until([&] { return runs_.size() == 1; });
  EXPECT_EQ(fields_, 2u);
  close(first);
  loop_.run_until([&] { return losses_ == 1; });

  const int second = connect_peer();
  ASSERT_GT(send(second, hello().data(), hello().size(), MSG_NOSIGNAL), 0);
  loop_.run_until([&] { return ups_ == 2; });
  link_->send_reply(runs_[0], "{}\n");  // to the first link: dropped
  link_->send_reply({runs_[0].link + 1, 7}, "{\"x\":1}\n");
  link_->flush();
  FrameReader reader;
  Frame frame{};
  std::vector<std::uint64_t> replies;
  while (replies.empty()) {
    const ssize_t count = recv(second, reader.space(65536), 65536, 0);
    ASSERT_GT(count, 0);
    reader.received(static_cast<std::size_t>(count));
    while (reader.next(frame) == FrameReader::State::frame) {
      if (frame.kind == MessageKind::reply) replies.push_back(frame.id);
    }
  }
  EXPECT_EQ(replies, std::vector<std::uint64_t>{7});
  close(second);
}

TEST_F(LinkTest, HandsDownDescriptorsInTheOrderOfTheirMessages) {
  open(geteuid());
  const int peer = connect_peer();
  ASSERT_GT(send(peer, hello().data(), hello().size(), MSG_NOSIGNAL), 0);
  loop_.run_until([&] { return ups_ == 1; });
  constexpr std::uint64_t total = 600;  // more than one sendmsg may carry
  std::vector<int> writers;
  for (std::uint64_t number = 1; number <= total; ++number) {
    int ends[2];
    ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
    ASSERT_EQ(write(ends[1], &number, sizeof number), static_cast<ssize_t>(sizeof number));
    link_->send_connection({number, 33, false}, ends[0]);
    close(ends[0]);
    writers.push_back(ends[1]);
  }
  link_->flush();
  FrameReader reader;
  Frame frame{};
  std::deque<int> arrived;
  std::uint64_t seen = 0;
  while (seen < total) {
    alignas(cmsghdr) char control[CMSG_SPACE(253 * sizeof(int))];
    iovec buffer{reader.space(65536), 65536};
    msghdr message{};
    message.msg_iov = &buffer;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    const ssize_t count = recvmsg(peer, &message, MSG_CMSG_CLOEXEC);
    ASSERT_GT(count, 0);
    ASSERT_EQ(message.msg_flags & MSG_CTRUNC, 0);
    for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr;
         part = CMSG_NXTHDR(&message, part)) {
      const std::size_t passed = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
      for (std::size_t i = 0; i < passed; ++i) {
        int descriptor = -1;
        std::memcpy(&descriptor, CMSG_DATA(part) + i * sizeof(int), sizeof descriptor);
        arrived.push_back(descriptor);
      }
    }
    reader.received(static_cast<std::size_t>(count));
    while (reader.next(frame) == FrameReader::State::frame) {
      if (frame.kind != MessageKind::connection) continue;
      ASSERT_FALSE(arrived.empty());
      std::uint64_t inside = 0;
      ASSERT_EQ(read(arrived.front(), &inside, sizeof inside), static_cast<ssize_t>(sizeof inside));
      EXPECT_EQ(decode<ConnectionMessage>(frame.payload)->connection, inside);
      close(arrived.front());
      arrived.pop_front();
      ++seen;
    }
  }
  for (const int writer : writers) close(writer);
  close(peer);
}

class ConnectionsTest : public testing::Test {
 protected:
  void SetUp() override {
    connections_ = std::move(*Connections::open(loop_.get()));
    identity_.emplace(*connections_, in_force_, nonces_);
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends_), 0);
  }
  void TearDown() override {
    connections_.reset();
    close(ends_[1]);
  }
  TestLoop loop_;
  Caller somebody() { return identity_->introduce({12, 34, 56, {78}}); }
  std::unique_ptr<Connections> connections_;
  InForce in_force_{new Running{{}, Decider(Policy{}), {}}};
  ScratchRoot root_;
  Nonces nonces_ = Nonces::open(root_.paths(), "", {}).value();
  std::optional<Identity> identity_;
  int ends_[2];
};

TEST_F(ConnectionsTest, TellWhoseTheyAreByTheKernelsWord) {
  const auto credentials = read_peer_credentials(ends_[0]);
  ASSERT_TRUE(credentials);
  EXPECT_EQ(credentials->uid, geteuid());
  EXPECT_EQ(credentials->pid, getpid());
  EXPECT_EQ(PeerCredentials{}.uid, static_cast<uid_t>(-1)) << "before the kernel has told, nobody";
  EXPECT_FALSE(read_peer_credentials(-1));
  const std::uint64_t number =
      connections_->add(Descriptor(ends_[0]), identity_->introduce(*credentials));
  ASSERT_NE(connections_->asking(number), nullptr);
  EXPECT_EQ(connections_->asking(number)->subject().uid, geteuid());
  EXPECT_EQ(connections_->asking(number + 1), nullptr) << "a number that was never given";
  EXPECT_EQ(connections_->asking(0), nullptr);
}

TEST_F(ConnectionsTest, AreOfCallersWhoseFactsWereEstablishedOnce) {
  const Caller caller = somebody();
  EXPECT_TRUE(caller.proven());
  EXPECT_FALSE(caller.named()) << "an empty policy names nobody";
  EXPECT_EQ(caller.subject().uid, 12U);
  EXPECT_EQ(caller.subject().gids, (std::vector<gid_t>{78, 34})) << "the primary group too";
  EXPECT_EQ(identity_->introduce({12, 78, 56, {78}}).subject().gids, (std::vector<gid_t>{78}));
  for (const uid_t nobody : {uid_t{65534}, static_cast<uid_t>(-1)}) {
    const Caller unproven = identity_->introduce({nobody, 0, 1, {0}});
    EXPECT_FALSE(unproven.proven()) << nobody;
    EXPECT_TRUE(unproven.subject().gids.empty()) << "nobody's groups count for nothing";
  }
}

TEST_F(ConnectionsTest, EndASecondAfterTheClientHasGoneAndNotBefore) {
  const std::uint64_t number = connections_->add(Descriptor(ends_[0]), somebody());
  close(std::exchange(ends_[1], -1));
  uv_run(loop_.get(), UV_RUN_ONCE);
  EXPECT_NE(connections_->asking(number), nullptr) << "who sends and closes is served";
  loop_.run_until([&] { return connections_->size() == 0; });
  EXPECT_EQ(connections_->asking(number), nullptr);
}

TEST_F(ConnectionsTest, AHalfClosedClientIsStillThere) {
  const std::uint64_t number = connections_->add(Descriptor(ends_[0]), somebody());
  shutdown(ends_[1], SHUT_WR);
  uv_run(loop_.get(), UV_RUN_NOWAIT);
  uv_run(loop_.get(), UV_RUN_NOWAIT);
  EXPECT_NE(connections_->asking(number), nullptr);
  connections_->forget(number);
  EXPECT_EQ(connections_->asking(number), nullptr);
}

TEST_F(ConnectionsTest, OnlyThoseWhoAskedNothingAreToldThatNothingWasStarted) {
  int other[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, other), 0);
  const std::uint64_t asked = connections_->add(Descriptor(ends_[0]), somebody());
  connections_->add(Descriptor(other[0]), somebody());
  ASSERT_NE(connections_->asking(asked), nullptr);
  connections_->end_all("unavailable\n");
  char text[64] = {};
  EXPECT_EQ(recv(ends_[1], text, sizeof text, 0), 0);
  EXPECT_EQ(recv(other[1], text, sizeof text, 0), 12);
  EXPECT_EQ(recv(other[1], text, sizeof text, 0), 0) << "shut down though the copy was held here";
  close(other[1]);
}

}  // namespace
}  // namespace mgr
