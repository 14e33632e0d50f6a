// The client library against daemons that answer, refuse early, vanish, dawdle and flood.
#include "client/connection.h"

#include <gtest/gtest.h>

#include "client/client.h"
#include "tests/unit/client_fake_server.h"

namespace mgr::client {
namespace {

using std::chrono::milliseconds;
using Kind = Failure::Kind;

constexpr milliseconds enough{5000};
const Request ping{"mgr", "ping", {}, {}};

TEST(ClientConnection, AsksAndGetsTheReply) {
  std::string asked;
  {
    FakeServer server([&](int connection) {
      asked = read_block(connection);
      write_all(connection, "{\"success\":true,\"msg\":\"start ok\",\"data\":{\"jobs\":[]}}\n");
    });
    const auto reply =
        ask(server.path(), {"scan", "start", {{"Task_IDs", "1,2"}}, "alice"}, within(enough));
    ASSERT_TRUE(reply);
    EXPECT_TRUE(reply->success);
    EXPECT_EQ(reply->msg, "start ok");
    EXPECT_EQ(reply->data_json, "{\"jobs\":[]}");
  }
  EXPECT_EQ(asked, "module:scan\naction:start\nmgr-on-behalf-of:alice\ntask_ids:1,2\n\n");
}

TEST(ClientConnection, ReadsARefusalSentBeforeTheRequestWasRead) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  Connection connection(ends[0]);
  write_all(ends[1], "{\"success\":false}\n");
  ::close(ends[1]);  // what we send now fails with EPIPE
  ASSERT_TRUE(connection.send("module:mgr\n\n", within(enough)));
  const auto line = connection.read_line(within(enough));
  ASSERT_TRUE(line);
  EXPECT_EQ(*line, "{\"success\":false}");
}

TEST(ClientConnection, EndWithoutALineIsAnErrorOfItsOwn) {
  FakeServer server([](int connection) { read_block(connection); });
  const auto reply = ask(server.path(), ping, within(enough));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().kind, Kind::connection_lost);
}

TEST(ClientConnection, APartOfALineIsNoReply) {
  FakeServer server([](int connection) {
    read_block(connection);
    write_all(connection, "{\"success\":true,\"msg\":\"ping ok\"}");
  });
  const auto reply = ask(server.path(), ping, within(enough));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().kind, Kind::connection_lost);
}

TEST(ClientConnection, ResetByAPeerThatNeverReadIsALostConnection) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  Connection connection(ends[0]);
  ASSERT_TRUE(connection.send("module:mgr\n\n", within(enough)));
  ::close(ends[1]);  // with unread bytes: ECONNRESET here
  const auto line = connection.read_line(within(enough));
  ASSERT_FALSE(line);
  EXPECT_EQ(line.error().kind, Kind::connection_lost);
}

TEST(ClientConnection, ADripOfBytesDoesNotPutOffTheDeadline) {
  FakeServer server([](int connection) {
    for (int i = 0; i < 40; ++i) {
      write_all(connection, " ");
      std::this_thread::sleep_for(milliseconds(20));
    }
  });
  const auto begin = std::chrono::steady_clock::now();
  const auto reply = ask(server.path(), ping, within(milliseconds(200)));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().kind, Kind::no_answer);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds(700));
}

TEST(ClientConnection, RefusesALineOverFourMebibytes) {
  FakeServer server([](int connection) {
    read_block(connection);
    write_all(connection, std::string(max_line_length + 1, ' ') + '\n');
  });
  const auto reply = ask(server.path(), ping, within(enough));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().kind, Kind::bad_reply);
}

TEST(ClientConnection, TakesALongReplyThatComesInPieces) {
  const std::string text(std::size_t{3} << 20, 'x');
  FakeServer server([&](int connection) {
    read_block(connection);
    write_all(connection, "{\"success\":true,\"msg\":\"" + text + "\"}\ntrailing");
  });
  const auto reply = ask(server.path(), ping, within(enough));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->msg, text);
}

TEST(ClientConnection, HandsOverEachLineOfAReplyAsItComes) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  Connection connection(ends[0]);
  const auto taken = [&] { return connection.take_line().value(); };
  EXPECT_EQ(taken(), std::nullopt);
  write_all(ends[1], "one\n\ntw");
  EXPECT_EQ(taken(), "one");
  EXPECT_EQ(taken(), "");
  EXPECT_EQ(taken(), std::nullopt);
  write_all(ends[1], "o\nthree\nfo");
  EXPECT_EQ(connection.read_line(no_deadline).value(), "two");
  EXPECT_EQ(connection.read_line(within(milliseconds(0))).value(), "three");
  EXPECT_EQ(connection.read_line(within(milliseconds(0))).error().kind, Kind::no_answer);
  write_all(ends[1], "ur\nfive");
  ::close(ends[1]);
  Connection moved = std::move(connection);
  EXPECT_EQ(moved.read_line(no_deadline).value(), "four");
  EXPECT_EQ(moved.read_line(no_deadline).error().kind, Kind::connection_lost);
}

TEST(ClientConnection, AStreamIsReadToItsLastLine) {
  FakeServer server([](int connection) {
    read_block(connection);
    write_all(connection,
              "{\"success\":true,\"msg\":\"x ok\",\"more\":true,\"data\":{\"n\":1}}\n{");
    write_all(connection, "\"success\":true,\"msg\":\"x ok\"}\n");
  });
  auto exchange = Exchange::begin(server.path(), ping, within(enough));
  ASSERT_TRUE(exchange);
  const auto first = exchange->next(no_deadline);
  ASSERT_TRUE(first);
  EXPECT_TRUE(first->more);
  EXPECT_EQ(first->data_json, "{\"n\":1}");
  const auto last = exchange->next(no_deadline);
  ASSERT_TRUE(last);
  EXPECT_FALSE(last->more);
}

TEST(ClientConnection, ASecondLineOverFourMebibytesIsRefusedToo) {
  FakeServer server([](int connection) {
    read_block(connection);
    write_all(connection,
              "{\"success\":true,\"more\":true}\n" + std::string(max_line_length + 1, 'x'));
  });
  auto exchange = Exchange::begin(server.path(), ping, within(enough));
  ASSERT_TRUE(exchange);
  EXPECT_TRUE(exchange->next(no_deadline));
  EXPECT_EQ(exchange->next(no_deadline).error().kind, Kind::bad_reply);
}

TEST(ClientConnection, NobodyThereIsCannotConnect) {
  const auto reply = ask("/nonexistent/mgr.sock", ping, within(enough));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().kind, Kind::cannot_connect);
  const auto too_long = ask("/" + std::string(200, 'x'), ping, within(enough));
  ASSERT_FALSE(too_long);
  EXPECT_EQ(too_long.error().kind, Kind::cannot_connect);
}

TEST(ClientConnection, AFullBacklogIsCannotConnectAfterTheDeadline) {
  FakeServer server([](int connection) {
    while (!read_block(connection).empty()) continue;
  });
  std::vector<Connection> waiting;
  for (;;) {
    auto connection = Connection::open(server.path(), within(milliseconds(100)));
    if (!connection) {
      EXPECT_EQ(connection.error().kind, Kind::cannot_connect);
      break;
    }
    waiting.push_back(std::move(*connection));
    ASSERT_LT(waiting.size(), 64U);
  }
}

}  // namespace
}  // namespace mgr::client
