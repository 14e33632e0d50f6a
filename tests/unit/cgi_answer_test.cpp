// What mgr.cgi writes, to whoever reads it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "client/cgi/body.h"
#include "client/cgi/response.h"

namespace mgr::cgi {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

constexpr milliseconds enough{10'000};

struct Pipe {
  Pipe() {
    std::signal(SIGPIPE, SIG_IGN);
    EXPECT_EQ(::pipe(ends), 0);
  }
  ~Pipe() {
    close_reader();
    close_writer();
  }
  void close_reader() { ::close(std::exchange(ends[0], -1)); }
  void close_writer() { ::close(std::exchange(ends[1], -1)); }
  // All until its end.
  [[nodiscard]] std::string read() const {
    std::string all;
    char piece[1000];
    ssize_t count = 0;
    while ((count = ::read(ends[0], piece, sizeof piece)) > 0)
      all.append(piece, static_cast<std::size_t>(count));
    return all;
  }
  int ends[2] = {-1, -1};
};

client::Deadline within(milliseconds time) { return std::chrono::steady_clock::now() + time; }

TEST(CgiStatus, EachErrorHasOne) {
  const int statuses[] = {404, 502, 403, 403, 400, 400, 429, 503, 403, 413, 409, 404, 504};
  for (int code = 1; code <= 13; ++code) {
    EXPECT_EQ(status_of(code), statuses[code - 1]) << code;
    EXPECT_FALSE(reason_of(status_of(code)).empty()) << code;
  }
  for (const int code : {0, -1, 14, 255, 1000}) EXPECT_EQ(status_of(code), 502) << code;
}

TEST(CgiStatus, WhatGotNoReplySaysWhetherItMayHaveBeenDone) {
  using Kind = client::Failure::Kind;
  const auto told = [](Kind kind) { return unanswered({kind, "/run/mgr.sock: x"}); };
  EXPECT_EQ(told(Kind::cannot_connect).status, 503);
  EXPECT_EQ(told(Kind::no_answer).status, 504);
  EXPECT_EQ(told(Kind::invalid_request).status, 400);
  for (const Kind kind : {Kind::connection_lost, Kind::bad_reply, Kind::unproven_reply}) {
    EXPECT_EQ(told(kind).status, 502);
    EXPECT_THAT(told(kind).error.detail, HasSubstr("may have been carried out"));
  }
  // Where the socket is stands in the log alone.
  EXPECT_THAT(told(Kind::cannot_connect).error.detail, testing::Not(HasSubstr("/run")));
  EXPECT_THAT(told(Kind::cannot_connect).notes, HasSubstr("/run"));
}

TEST(CgiHeader, KeepsAnAnswerToItsSiteAndOutOfCaches) {
  for (const std::string& header : {header_of(200, json_type, 5), header_of(405, json_type, 5),
                                    header_of(200, event_stream_type, -1)}) {
    for (const char* line :
         {"Cache-Control: no-store\r\n", "X-Content-Type-Options: nosniff\r\n",
          "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n",
          "Cross-Origin-Resource-Policy: same-origin\r\n", "Referrer-Policy: no-referrer\r\n"}) {
      EXPECT_THAT(header, HasSubstr(line));
    }
    EXPECT_THAT(header, testing::EndsWith("\r\n\r\n"));
    EXPECT_THAT(header, testing::Not(HasSubstr("Access-Control")));
  }
  EXPECT_THAT(header_of(200, json_type, 5), HasSubstr("Status: 200 OK\r\n"));
  EXPECT_THAT(header_of(200, json_type, 5), HasSubstr("Content-Length: 5\r\n"));
  EXPECT_THAT(header_of(405, json_type, 5), HasSubstr("Allow: POST\r\n"));
  EXPECT_THAT(header_of(200, event_stream_type, -1), HasSubstr("X-Accel-Buffering: no\r\n"));
  EXPECT_THAT(header_of(200, event_stream_type, -1), testing::Not(HasSubstr("Content-Length")));
}

TEST(CgiLine, IsOneLineWhateverABrokerSends) {
  const auto line = [](const std::string& sent) {
    return line_of(client::parse_reply(sent).value());
  };
  const std::string plain = R"({"success":true,  "msg":"a ok","data":{"n":1e5,"s":"\u000a\r"}})";
  EXPECT_EQ(line(plain), plain);
  EXPECT_EQ(line("{\"success\":true,\r\"msg\":\"a ok\",\t\"data\":{}}"),
            R"({"success":true,"msg":"a ok","data":{}})");
  EXPECT_EQ(line("{\"success\":true,\"msg\":\"\xe2\x80\xa8\x7f\"}"),
            R"({"success":true,"msg":"\u2028\u007f"})");
}

TEST(CgiOutput, WritesAllToASlowReader) {
  Pipe pipe;
  const std::string sent(1'000'000, 'x');
  std::thread writer([&] {
    Output output(pipe.ends[1], enough);
    EXPECT_TRUE(output.write(sent));
    pipe.close_writer();
  });
  EXPECT_EQ(pipe.read(), sent);
  writer.join();
}

TEST(CgiOutput, EndsWhereNobodyReads) {
  Pipe pipe;
  Output output(pipe.ends[1], milliseconds(20));
  EXPECT_FALSE(output.write(std::string(1'000'000, 'x')));  // it is full, and stays so
  pipe.close_reader();
  EXPECT_FALSE(output.write("x"));
  Output closed(-1, milliseconds(20));
  EXPECT_FALSE(closed.write("x"));
}

TEST(CgiOutput, WaitsNoLongerThanSomebodyReads) {
  Pipe output, other;
  const Output waiting(output.ends[1]);
  EXPECT_TRUE(waiting.wait_beside(other.ends[0], milliseconds(1)));
  ASSERT_EQ(::write(other.ends[1], "x", 1), 1);
  EXPECT_TRUE(waiting.wait_beside(other.ends[0], enough));
  char byte = 0;
  ASSERT_EQ(::read(other.ends[0], &byte, 1), 1);
  std::thread reader([&] { output.close_reader(); });
  EXPECT_FALSE(waiting.wait_beside(other.ends[0], std::chrono::hours(1)));
  reader.join();
}

TEST(CgiBody, IsAsLongAsWasSaid) {
  Pipe pipe;
  ASSERT_EQ(::write(pipe.ends[1], "abcdef", 6), 6);
  EXPECT_EQ(read_body(pipe.ends[0], 0, within(enough)), "");
  EXPECT_EQ(read_body(pipe.ends[0], 4, within(enough)), "abcd");  // what follows is nobody's
  pipe.close_writer();
  const auto cut_off = read_body(pipe.ends[0], 4, within(enough));
  ASSERT_FALSE(cut_off);
  EXPECT_EQ(cut_off.error().status, 400);
}

TEST(CgiBody, ComesInPiecesAndInTime) {
  Pipe pipe;
  std::thread writer([&] {
    for (const char byte : {'a', 'b', 'c'}) EXPECT_EQ(::write(pipe.ends[1], &byte, 1), 1);
  });
  EXPECT_EQ(read_body(pipe.ends[0], 3, within(enough)), "abc");
  writer.join();
  const auto late = read_body(pipe.ends[0], 1, within(milliseconds(1)));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().status, 408);
}

TEST(CgiBody, OfWhatIsRefusedIsTakenAndForgotten) {
  for (const char* length : {"4", "6", "99999999999999999999999"}) {
    Pipe pipe;
    ASSERT_EQ(::write(pipe.ends[1], "abcdef", 6), 6);
    pipe.close_writer();
    discard_body(pipe.ends[0], length, within(enough));
    EXPECT_EQ(pipe.read(), std::string_view(length) == "4" ? "ef" : "") << length;
  }
  for (const char* length : {"", "-1", "0x6", "6 ", "x"}) {
    Pipe pipe;  // nobody ends it: who read would wait
    ASSERT_EQ(::write(pipe.ends[1], "abcdef", 6), 6);
    discard_body(pipe.ends[0], length, within(enough));
    pipe.close_writer();
    EXPECT_EQ(pipe.read(), "abcdef") << length;
  }
}

}  // namespace
}  // namespace mgr::cgi
