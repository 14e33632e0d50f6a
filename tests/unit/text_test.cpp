// Names, values, JSON and reply lines.
#include "protocol/text.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "protocol/field.h"
#include "protocol/json.h"
#include "protocol/reply.h"

namespace mgr {
namespace {

TEST(Names, FollowTheirGrammar) {
  for (const char* name : {"a", "task_ids", "mgr-on-behalf-of", "x.y", "a0"})
    EXPECT_TRUE(is_name(name)) << name;
  for (const char* name :
       {"", "0a", "-a", "_a", ".a", "A", "a b", "a:b", "a\n", "\xC3\xA4", "$(id)", "../x"}) {
    EXPECT_FALSE(is_name(name)) << name;
  }
  EXPECT_TRUE(is_name(std::string(32, 'a')));
  EXPECT_FALSE(is_name(std::string(33, 'a')));
}

TEST(Names, ReservedOnesAreNoArguments) {
  for (const char* name : {"module", "action", "signature", "mgr", "auth-key", "mgr-anything"}) {
    EXPECT_TRUE(is_reserved_name(name)) << name;
  }
  EXPECT_FALSE(is_reserved_name("task_ids"));
  EXPECT_FALSE(is_reserved_name("mgrx"));
  EXPECT_TRUE(is_known_reserved_name("mgr-confirm"));
  EXPECT_TRUE(is_known_reserved_name("mgr-dry-run"));
  EXPECT_FALSE(is_known_reserved_name("mgr-dryrun"))
      << "passing it over would run what must not run";
}

TEST(Names, ARequestIdIsShortAndPlain) {
  for (const char* id :
       {"a", "0", "A-Z_a.z:9", "-", "..", "550e8400-e29b-41d4-a716-446655440000"}) {
    EXPECT_TRUE(is_request_id(id)) << id;
  }
  EXPECT_TRUE(is_request_id(std::string(64, 'x')));
  EXPECT_FALSE(is_request_id(std::string(65, 'x')));
  for (const std::string id :
       {"", " ", "a b", "a/b", "a\n", "\xC3\xBC", "a,b", "{", "a;b", "a@b"}) {
    EXPECT_FALSE(is_request_id(id)) << id;
  }
  EXPECT_FALSE(is_request_id(std::string("a\0b", 3)));
}

TEST(Json, IsReadByAParserAsItWasMeant) {
  using namespace std::string_literals;
  const std::string nasty =
      "q\" b\\ nl\n tab\t nul\0 del\x7F \xC3\xBC \xF0\x9F\x8E\x89 \xE2\x80\xAE"s;
  JsonWriter json;
  json.open_object().member("text", nasty).member("n", -5).member("b", true);
  json.key("list").open_array().value(1).value("x").open_object().close_object().close_array();
  json.key("raw").raw("{\"a\":1}").close_object();
  const auto parsed = nlohmann::json::parse(json.text());
  EXPECT_EQ(parsed["text"].get<std::string>(), nasty);
  EXPECT_EQ(parsed["n"], -5);
  EXPECT_EQ(parsed["b"], true);
  EXPECT_EQ(parsed["list"].size(), 3u);
  EXPECT_EQ(parsed["raw"]["a"], 1);
}

TEST(Json, HoldsNothingThatATerminalOrALogWouldObey) {
  std::string out;
  append_json_string(out, "\x1B[2J\n\xE2\x80\xAE\xC2\x85\xFF\x7F");
  for (const char byte : out) {
    EXPECT_GE(byte, 0x20);
    EXPECT_LT(byte, 0x7F);
  }
  EXPECT_NE(out.find("\\u202e"), std::string::npos);
  EXPECT_NE(out.find("\\ufffd"), std::string::npos) << "a byte that is no UTF-8";
}

TEST(Reply, HasTheShapeOfTheOriginal) {
  EXPECT_EQ(success_line("start", ""), "{\"success\":true,\"msg\":\"start ok\"}\n");
  EXPECT_EQ(success_line("ping", "{\"a\":1}"),
            "{\"success\":true,\"msg\":\"ping ok\",\"data\":{\"a\":1}}\n");
  EXPECT_EQ(failure_line({ErrorCode::denied, "no"}, 1234),
            "{\"success\":false,\"msg\":{\"err_code\":4},\"error\":\"denied\",\"detail\":\"no\","
            "\"audit\":1234}\n");
}

TEST(Reply, EveryErrorHasItsNumberAndName) {
  const std::pair<int, const char*> table[] = {
      {1, "unknown_action"}, {2, "failed"},      {3, "unauthenticated"},
      {4, "denied"},         {5, "malformed"},   {6, "invalid_argument"},
      {7, "busy"},           {8, "unavailable"}, {9, "stale"},
      {10, "too_large"},     {11, "conflict"},   {12, "not_found"},
      {13, "timeout"}};
  for (const auto& [code, name] : table) EXPECT_EQ(error_name(static_cast<ErrorCode>(code)), name);
}

}  // namespace
}  // namespace mgr
