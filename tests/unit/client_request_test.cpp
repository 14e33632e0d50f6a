// What leaves the client, and what does not.
#include <gtest/gtest.h>

#include "client/client.h"
#include "protocol/text.h"

namespace mgr::client {
namespace {

bool is_refused(const Request& request) {
  const auto block = write_request(request);
  return !block && block.error().kind == Failure::Kind::invalid_request;
}

TEST(ClientRequest, WritesNamesFoldedAndValuesAsTheyAre) {
  const auto block = write_request({"SCAN_MODULE", "start", {{"TASK_IDS", "1,2"}}, ""});
  ASSERT_TRUE(block);
  EXPECT_EQ(*block, "module:SCAN_MODULE\naction:start\ntask_ids:1,2\n\n");
}

TEST(ClientRequest, AsksToWaitOnlyWhereToldTo) {
  const auto block = write_request({"scan", "start", {{"task_ids", "1"}}, "", true});
  ASSERT_TRUE(block);
  EXPECT_EQ(*block, "module:scan\naction:start\nmgr-wait:yes\ntask_ids:1\n\n");
}

TEST(ClientRequest, ABodyStandsBehindTheBlockAsItIs) {
  Request request{"cert", "put", {{"name", "a"}}, ""};
  request.confirm = true;
  request.body = std::string("\0\n\nmodule:x\xff", 12);
  EXPECT_EQ(write_request(request).value(),
            "module:cert\naction:put\nmgr-confirm:yes\nmgr-body:12\nname:a\n\n" + *request.body);
  request.body = "";
  EXPECT_TRUE(write_request(request)->ends_with("mgr-body:0\nname:a\n\n"));
  request.body = std::string((1 << 20) + 1, 'x');
  EXPECT_TRUE(is_refused(request));
}

TEST(ClientRequest, RefusesALineBreakInAValue) {
  EXPECT_TRUE(is_refused({"scan", "start", {{"task_ids", "1\n\nmodule:shutdown"}}, ""}));
  EXPECT_TRUE(is_refused({"scan", "start", {{"task_ids", "1\rx"}}, ""}));
  EXPECT_TRUE(is_refused({"scan", "start", {}, "alice\naction:stop"}));
  EXPECT_TRUE(is_refused({"scan\naction:stop", "start", {}, ""}));
  EXPECT_TRUE(is_refused({"scan", "start\n\n", {}, ""}));
}

TEST(ClientRequest, RefusesNamesThatFoldToTheSame) {
  EXPECT_TRUE(is_refused({"scan", "start", {{"a", "1"}, {"A", "2"}}, ""}));
}

TEST(ClientRequest, RefusesReservedNamesAsArguments) {
  for (const char* name : {"module", "ACTION", "signature", "mgr", "auth-key", "mgr-dry-run"}) {
    EXPECT_TRUE(is_refused({"scan", "start", {{name, "1"}}, ""})) << name;
  }
}

TEST(ClientRequest, RefusesWhatIsOverALimit) {
  EXPECT_TRUE(is_refused({"scan", "start", {{"a", std::string(max_value_length + 1, 'x')}}, ""}));
  const std::string value(max_value_length, 'x');
  EXPECT_TRUE(
      is_refused({"scan", "start", {{"a", value}, {"b", value}, {"c", value}, {"d", value}}, ""}));
  EXPECT_FALSE(is_refused({"scan", "start", {{"a", value}}, ""}));
}

TEST(ClientRequest, ExplicitSocketAndRootWinOverTheEnvironment) {
  EXPECT_EQ(choose_socket_path(std::nullopt, std::nullopt, nullptr), "/run/mgr.sock");
  EXPECT_EQ(choose_socket_path(std::nullopt, std::nullopt, ""), "/run/mgr.sock");
  EXPECT_EQ(choose_socket_path(std::nullopt, std::nullopt, "/e"), "/e");
  EXPECT_EQ(choose_socket_path(std::nullopt, "/r/", "/e"), "/r/run/mgr.sock");
  EXPECT_EQ(choose_socket_path("/s", "/r", "/e"), "/s");
}

}  // namespace
}  // namespace mgr::client
