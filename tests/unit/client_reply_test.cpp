// Reading what the daemon sent, which may be anything.
#include "client/reply.h"

#include <gtest/gtest.h>

#include "client/exit_code.h"
#include "client/json_value.h"
#include "protocol/reply.h"

namespace mgr::client {
namespace {

bool is_bad(std::string_view line) {
  const auto reply = parse_reply(line);
  return !reply && reply.error().kind == Failure::Kind::bad_reply;
}

TEST(ClientReply, ReadsWhatTheHelperComposes) {
  const auto success = parse_reply(success_line("start", "{\"jobs\":[{\"id\":9007199254740991}]}"));
  ASSERT_TRUE(success);
  EXPECT_TRUE(success->success);
  EXPECT_EQ(success->msg, "start ok");
  EXPECT_EQ(success->data_json, "{\"jobs\":[{\"id\":9007199254740991}]}");

  const auto refusal = parse_reply(failure_line({ErrorCode::denied, "no rule"}, 1234));
  ASSERT_TRUE(refusal);
  EXPECT_FALSE(refusal->success);
  EXPECT_EQ(refusal->err_code, 4);
  EXPECT_EQ(refusal->error, "denied");
  EXPECT_EQ(refusal->detail, "no rule");
  EXPECT_EQ(refusal->audit, 1234U);
}

TEST(ClientReply, RefusesWhatIsNoReply) {
  for (const char* line :
       {"", "{", "null", "[]", "{}", "{\"success\":1}", "{\"success\":\"true\"}",
        "{\"success\":false}", "{\"success\":false,\"msg\":\"no\"}",
        "{\"success\":false,\"msg\":{\"err_code\":0}}",
        "{\"success\":false,\"msg\":{\"err_code\":-4}}",
        "{\"success\":false,\"msg\":{\"err_code\":4.5}}",
        "{\"success\":false,\"msg\":{\"err_code\":99999999999999999999}}",
        "{\"success\":true} {\"success\":true}", "{\"success\":true,\"msg\":\"\xff\"}",
        "{\"success\":true,\"msg\":1e999}", "{'success':true}"}) {
    EXPECT_TRUE(is_bad(line)) << line;
  }
}

TEST(ClientReply, BearsMembersOfTheWrongType) {
  const auto reply = parse_reply(
      "{\"success\":false,\"msg\":{\"err_code\":77},\"error\":[],\"detail\":{},\"audit\":\"x\"}");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->err_code, 77);
  EXPECT_EQ(reply->error, "error 77");
  EXPECT_EQ(reply->audit, 0U);
}

TEST(ClientReply, RefusesDepthAndNumberWithoutLimit) {
  EXPECT_TRUE(parse_json(std::string(max_json_depth, '[') + std::string(max_json_depth, ']')));
  EXPECT_FALSE(
      parse_json(std::string(max_json_depth + 1, '[') + std::string(max_json_depth + 1, ']')));
  EXPECT_FALSE(parse_json(std::string(std::size_t{4} << 20, '[')));
  std::string many = "[0";
  for (std::size_t i = 0; i < max_json_values; ++i) many += ",0";
  EXPECT_FALSE(parse_json(many + "]"));
}

TEST(ClientReply, WritesJsonThatReadsTheSame) {
  const std::string text =
      "{\"a\":[1,-2,1.5e3,true,false,null,{}],\"b\":{\"c\":\"\\u001b\\u009b\\\"\"}}";
  const auto value = parse_json(text);
  ASSERT_TRUE(value);
  EXPECT_EQ(to_json(*value), text);
  EXPECT_EQ(to_pretty_json(*parse_json("{\"a\":[1,{}],\"b\":[]}")),
            "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}");
}

TEST(ClientExitCode, TellsSuccessRefusalAndUnavailableApart) {
  const auto code_of = [](int err_code) {
    Reply reply;
    reply.err_code = err_code;
    return static_cast<int>(exit_code(reply));
  };
  for (const int failed : {2, 11, 12, 13, 14, 255}) EXPECT_EQ(code_of(failed), 1) << failed;
  for (const int usage : {1, 5, 6, 10}) EXPECT_EQ(code_of(usage), 2) << usage;
  for (const int denied : {3, 4, 9}) EXPECT_EQ(code_of(denied), 126) << denied;
  for (const int unavailable : {7, 8}) EXPECT_EQ(code_of(unavailable), 127) << unavailable;
  Reply success;
  success.success = true;
  EXPECT_EQ(exit_code(success), ExitCode::ok);
}

TEST(ClientExitCode, WithoutAReplyItIsUnavailable) {
  using Kind = Failure::Kind;
  EXPECT_EQ(exit_code(Failure{Kind::invalid_request, ""}), ExitCode::usage);
  for (const Kind kind :
       {Kind::cannot_connect, Kind::connection_lost, Kind::no_answer, Kind::bad_reply}) {
    EXPECT_EQ(exit_code(Failure{kind, ""}), ExitCode::unavailable);
  }
}

}  // namespace
}  // namespace mgr::client
