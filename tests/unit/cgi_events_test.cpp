// Server-sent events, of a daemon of the test's own making.
#include "client/cgi/event_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "tests/unit/client_fake_server.h"

namespace mgr::cgi {
namespace {

using client::FakeServer;
using std::chrono::milliseconds;
using testing::HasSubstr;

constexpr const char* more = "{\"success\":true,\"msg\":\"follow ok\",\"more\":true,\"data\":{}}\n";
constexpr const char* last = "{\"success\":true,\"msg\":\"follow ok\"}\n";
constexpr const char* refusal =
    "{\"success\":false,\"msg\":{\"err_code\":4},\"error\":\"denied\"}\n";
const client::Request follow{"job", "follow", {{"id", "7"}}, ""};
constexpr milliseconds enough{10'000};
constexpr StreamTimes patient{std::chrono::hours(1), std::chrono::hours(1), std::chrono::hours(1)};

// What is written while the daemon sends `lines` and then waits until the client goes, or ends.
std::string events_of(const std::string& lines, const StreamTimes& times, bool stays = false) {
  std::signal(SIGPIPE, SIG_IGN);
  FakeServer server([&](int connection) {
    static_cast<void>(client::read_block(connection));
    client::write_all(connection, lines);
    char byte = 0;
    if (stays) {
      EXPECT_LE(::read(connection, &byte, 1), 0);
    }
  });
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  {
    Output output(ends[1]);
    auto exchange = client::Exchange::begin(server.path(), follow, client::within(enough));
    EXPECT_TRUE(exchange);
    EXPECT_TRUE(write_events(output, *exchange, times));
  }
  ::close(ends[1]);
  std::string all(65536, '\0');
  const ssize_t count = ::read(ends[0], all.data(), all.size());
  ::close(ends[0]);
  return all.substr(0, count < 0 ? 0 : static_cast<std::size_t>(count));
}

std::string content_of(const std::string& answer) {
  return answer.substr(answer.find("\r\n\r\n") + 4);
}

std::string data(std::string line) { return "data: " + line + '\n'; }

TEST(CgiEvents, EachLineIsAMessageAndTheLastOneTheEnd) {
  const auto answer = events_of(std::string(more) + more + last, patient);
  EXPECT_THAT(answer, HasSubstr("Status: 200 OK\r\nContent-Type: text/event-stream\r\n"));
  EXPECT_EQ(content_of(answer), ":\n\n" + data(more) + data(more) + "event: end\n" + data(last));
}

TEST(CgiEvents, OneLineIsAnEndAtOnce) {
  EXPECT_EQ(content_of(events_of(last, patient)), std::string(":\n\nevent: end\n") + data(last));
}

TEST(CgiEvents, ARefusalThatComesFirstIsAnOrdinaryAnswer) {
  const auto answer = events_of(refusal, patient);
  EXPECT_THAT(answer, HasSubstr("Status: 403 Forbidden\r\nContent-Type: application/json\r\n"));
  EXPECT_EQ(content_of(answer), refusal);
}

TEST(CgiEvents, ARefusalOnTheWayIsTheEnd) {
  EXPECT_EQ(content_of(events_of(std::string(more) + refusal, patient)),
            ":\n\n" + data(more) + "event: end\n" + data(refusal));
}

TEST(CgiEvents, WhatIsCutOffSaysSo) {
  const auto content = content_of(events_of(more, patient));
  EXPECT_THAT(content,
              testing::StartsWith(":\n\n" + data(more) + "event: end\ndata: {\"success\":false,"));
  EXPECT_THAT(content, HasSubstr("connection lost"));
  EXPECT_THAT(content, testing::EndsWith("}\n\n"));
  EXPECT_THAT(events_of("", patient), HasSubstr("Status: 502 Bad Gateway\r\n"));
}

TEST(CgiEvents, NoBrokerEndsALineOfTheStream) {
  const std::string evil =
      "{\"success\":true,\r\revent: end\"msg\":\"x\",\"more\":true}\n";  // no JSON: the reply is
                                                                         // bad
  EXPECT_THAT(content_of(events_of(std::string(more) + evil, patient)), HasSubstr("bad reply"));
  const std::string broken_up =
      "{\"success\":true,\r\"msg\":\"\\revent: end\\n\",\r\"more\":true}\n";
  EXPECT_EQ(content_of(events_of(broken_up + last, patient)),
            ":\n\n" +
                data(R"({"success":true,"msg":"\u000devent: end\u000a","more":true})"
                     "\n") +
                "event: end\n" + data(last));
}

TEST(CgiEvents, ASilentStreamBeginsAndHasComments) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  std::string seen;
  {
    FakeServer server([&](int connection) {
      static_cast<void>(client::read_block(connection));
      char byte = 0;
      while (!seen.ends_with(":\n\n:\n\n:\n\n") && ::read(ends[0], &byte, 1) == 1) seen += byte;
      client::write_all(connection, last);
    });
    Output output(ends[1]);
    auto exchange = client::Exchange::begin(server.path(), follow, client::within(enough));
    ASSERT_TRUE(exchange);
    StreamTimes times = patient;
    times.first = times.comment = milliseconds(1);
    EXPECT_TRUE(write_events(output, *exchange, times));
  }
  ::close(ends[0]);
  ::close(ends[1]);
  EXPECT_EQ(content_of(seen), ":\n\n:\n\n:\n\n");
}

TEST(CgiEvents, AStreamEndsByItselfAndIsAskedForAgain) {
  StreamTimes times = patient;
  times.whole = milliseconds(1);
  const auto content = content_of(events_of(std::string(more), times, true));
  EXPECT_THAT(content, testing::StartsWith(":\n\n" + data(more)));
  EXPECT_THAT(content, testing::EndsWith("event: again\ndata: {}\n\n"));
}

TEST(CgiEvents, WhereNobodyReadsItEndsAndTheConnectionWithIt) {
  std::signal(SIGPIPE, SIG_IGN);
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ssize_t after = -1;
  {
    FakeServer server([&](int connection) {
      static_cast<void>(client::read_block(connection));
      client::write_all(connection, more);
      char piece[4096];
      EXPECT_GT(::read(ends[0], piece, sizeof piece), 0);  // the header is there
      ::close(ends[0]);
      after = ::read(connection, piece, 1);  // until mgr.cgi has gone
    });
    Output output(ends[1]);
    auto exchange = client::Exchange::begin(server.path(), follow, client::within(enough));
    ASSERT_TRUE(exchange);
    EXPECT_FALSE(write_events(output, *exchange, patient));
  }
  EXPECT_EQ(after, 0);
  ::close(ends[1]);
}

}  // namespace
}  // namespace mgr::cgi
