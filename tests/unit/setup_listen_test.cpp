// The line of mgr.toml that setup may change.
#include "client/setup/listen_setting.h"

#include <gtest/gtest.h>

#include "setup_support.h"

namespace mgr::client {
namespace {

TEST(SetupListen, ChangesTheOneLineOfTheShippedFile) {
  const std::string before = default_file("mgr.toml");
  ASSERT_EQ(read_listen(before).value(), "127.0.0.1:6667");
  const auto after = with_listen(before, "192.0.2.1:6667");
  ASSERT_TRUE(after) << after.error().detail;
  EXPECT_EQ(read_listen(*after).value(), "192.0.2.1:6667");
  const std::string line = "listen = \"127.0.0.1:6667\"";
  std::string expected = before;
  expected.replace(expected.find(line), line.size(), "listen = \"192.0.2.1:6667\"");
  EXPECT_EQ(*after, expected);
}

TEST(SetupListen, WhereverItStands) {
  for (const char* before :
       {"", "[jobs]\nmax_running = 3", "[broker] # here\n[jobs]\n", "[broker]\n#listen = \"a\"\n",
        "broker.listen = '1.2.3.4:5' # why\n", "broker = { listen = \"\" }\n",
        "[jobs]\n[broker]\n  listen=\"[::1]:6667\"#x\n[audit]\n"}) {
    const auto after = with_listen(before, "[2001:db8::1]:6667");
    ASSERT_TRUE(after) << before << after.error().detail;
    EXPECT_EQ(read_listen(*after).value(), "[2001:db8::1]:6667") << before;
    const auto nowhere = with_listen(before, "");
    ASSERT_TRUE(nowhere) << before;
    EXPECT_EQ(read_listen(*nowhere).value(), "") << before;
  }
}

TEST(SetupListen, KeepsTheCommentBehindIt) {
  EXPECT_EQ(with_listen("broker.listen = '1.2.3.4:5' # why\n", "").value(),
            "broker.listen = \"\" # why\n");
}

TEST(SetupListen, WhatItDoesNotUnderstandItLeavesAlone) {
  EXPECT_FALSE(with_listen("[broker]\nlisten = \"\"\"\n1.2.3.4:5\"\"\"\n", "1.2.3.4:6"));
  EXPECT_FALSE(with_listen("[broker]\nlisten = 5\n", "1.2.3.4:6"));
  EXPECT_FALSE(with_listen("[broker\n", "1.2.3.4:6"));
}

TEST(SetupListen, TakesAddressesAsTheBrokerDoes) {
  for (const char* right : {"127.0.0.1:6667", "0.0.0.0:1", "[::1]:6667", "[2001:db8::1]:65535"}) {
    EXPECT_TRUE(is_listen_address(right)) << right;
  }
  for (const char* wrong : {"", "127.0.0.1", "localhost:6667", "127.0.0.1:0", "127.0.0.1:65536",
                            "::1:6667", "[127.0.0.1]:6667", "127.0.0.1:6667 ", "*:6667"}) {
    EXPECT_FALSE(is_listen_address(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace mgr::client
