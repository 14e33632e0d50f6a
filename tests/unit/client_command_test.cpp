// mgrctl's words: a module, an action and values.
#include "client/command.h"

#include <gtest/gtest.h>

namespace mgr::client {
namespace {

TEST(ClientCommand, TakesItsWordsApart) {
  const auto command = parse_command({"dns", "flush", "a", "b=c"}, 3);
  ASSERT_TRUE(command);
  EXPECT_EQ(command->module, "dns");
  EXPECT_EQ(command->action, "flush");
  EXPECT_EQ(command->values, (std::vector<std::string>{"a", "b=c"}));
  EXPECT_EQ(command->plain_from, 1U);
  EXPECT_FALSE(command->shorthand);
  EXPECT_TRUE(needs_catalogue(*command));
}

TEST(ClientCommand, TheEndOfTheOptionsMayStandAnywhere) {
  EXPECT_EQ(parse_command({"dns", "flush", "a"}, 0)->plain_from, 0U);
  EXPECT_EQ(parse_command({"dns", "flush", "a"}, 2)->plain_from, 0U);
  EXPECT_EQ(parse_command({"ping", "a"}, 1)->plain_from, 0U);
  EXPECT_EQ(parse_command({"dns"}, 1)->plain_from, 0U);
  EXPECT_GT(parse_command({"dns", "flush", "a"})->plain_from, 64U);
}

TEST(ClientCommand, ShorthandsStandForTheModuleMgr) {
  const auto command = parse_command({"ping"});
  ASSERT_TRUE(command);
  EXPECT_EQ(command->module, "mgr");
  EXPECT_EQ(command->action, "ping");
  EXPECT_FALSE(needs_catalogue(*command));
}

TEST(ClientCommand, RefusesWordsThatAreNoNames) {
  EXPECT_FALSE(parse_command({"$(cmd)", "start"}));
  EXPECT_FALSE(parse_command({"scan", "start\n"}));
  EXPECT_FALSE(parse_command({""}));
}

}  // namespace
}  // namespace mgr::client
