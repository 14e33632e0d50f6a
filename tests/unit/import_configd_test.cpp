// What configd's actions become.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "import_support.h"

namespace mgr::client {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Imported imported(const std::string& text, const std::string& file = "actions_web.conf") {
  auto result = import_configd({{file, text}}, is_everywhere);
  EXPECT_TRUE(result) << result.error().detail;
  const auto loaded = load_imported(*result);
  EXPECT_TRUE(loaded) << loaded.error().detail;
  EXPECT_TRUE(loaded && is_same(*result, *loaded));
  return std::move(*result);
}

ImportedAction one(const std::string& keys) {
  Imported result = imported("[go]\n" + keys);
  EXPECT_EQ(result.modules.size(), 1U);
  EXPECT_EQ(result.modules[0].actions.size(), 1U);
  return result.modules[0].actions[0];
}

std::string needs(const ImportedAction& action) {
  std::string all;
  for (const std::string& need : action.remarks.needs) all += need + ". ";
  return all;
}

TEST(ImportConfigd, ASimpleActionIsTakenOverWhole) {
  const auto action =
      one("command:/usr/bin/x restart\nparameters:\ntype:script\nmessage:starting %s\n");
  EXPECT_THAT(action.command, ElementsAre("/usr/bin/x", "restart"));
  EXPECT_EQ(action.mode, "job");
  EXPECT_EQ(action.user, "root");
  EXPECT_EQ(action.summary, "starting");
  EXPECT_EQ(needs(action), "");
  EXPECT_FALSE(action.is_sketch);
}

TEST(ImportConfigd, TypesAreModes) {
  EXPECT_EQ(one("command:/bin/x\ntype:script_output\n").mode, "output");
  EXPECT_EQ(one("command:/bin/x\ntype:stream_output\n").mode, "stream");
  const auto inlined = one("command:a.b\ntype:inline\n");
  EXPECT_THAT(needs(inlined), HasSubstr("inside configd"));
  EXPECT_TRUE(inlined.is_sketch && inlined.command.empty());
  EXPECT_THAT(needs(one("command:/bin/x\n")), HasSubstr("no type"));
  EXPECT_THAT(needs(one("command:/bin/x\ntype:else\n")), HasSubstr("'else'"));
  EXPECT_THAT(needs(one("type:script\n")), HasSubstr("no command"));
}

TEST(ImportConfigd, AWholeWordIsAnArgumentOfFewCharacters) {
  const auto action = one("command:/bin/x\nparameters: --a %s %s 100%%\ntype:script\n");
  EXPECT_THAT(action.command, ElementsAre("/bin/x", "--a", "{arg1}", "{arg2}", "100%"));
  ASSERT_EQ(action.arguments.size(), 2U);
  EXPECT_EQ(action.arguments[0].type, "string");
  EXPECT_EQ(action.arguments[0].pattern, "[A-Za-z0-9_.:-]+");
  EXPECT_EQ(needs(action), "");
}

TEST(ImportConfigd, APercentIsFormattedOnlyWhereConfigdDoes) {
  EXPECT_THAT(one("command:/bin/date +%s\nparameters:100%%\ntype:script\n").command,
              ElementsAre("/bin/date", "+%s", "100%%"));
  EXPECT_THAT(needs(one("command:/bin/x\nparameters:%s %d\ntype:script\n")),
              HasSubstr("that is no %s"));
}

TEST(ImportConfigd, InsideAWordOrInQuotesAHumanMustLook) {
  const auto inside = one("command:/bin/x\nparameters:-m%s\ntype:script\n");
  EXPECT_THAT(needs(inside), HasSubstr("inside the word `-m%s`"));
  EXPECT_THAT(inside.command, ElementsAre("/bin/x", "-m{arg1}"));
  EXPECT_TRUE(inside.is_sketch);
  const auto quoted = one("command:/bin/x\nparameters:'%s'\ntype:script\n");
  EXPECT_THAT(needs(quoted), HasSubstr("in quotes"));
  EXPECT_TRUE(quoted.is_sketch);
}

TEST(ImportConfigd, WhatOnlyAShellCanRunIsNotWritten) {
  for (const char* command :
       {"/bin/a | /bin/b", "/bin/a > /tmp/x", "/bin/a; exit 0", "/bin/a && /bin/b", "/bin/a $x",
        "/bin/a *", "/bin/a $(/bin/b)", "/bin/a `b`", "/bin/a 'b"}) {
    const auto action = one(std::string("command:") + command + "\ntype:script\n");
    EXPECT_TRUE(action.is_sketch && action.command.empty()) << command;
    EXPECT_THAT(needs(action), HasSubstr(command));
  }
  EXPECT_TRUE(one("command:/bin/a\n  /bin/b\ntype:script\n").command.empty());
  EXPECT_TRUE(one("command:/bin/a\nparameters:%s;b\ntype:script\n").command.empty());
}

TEST(ImportConfigd, AProgramWithoutAnAbsolutePathIsASketch) {
  const auto action = one("command:pluginctl -x\ntype:script\n");
  EXPECT_TRUE(action.is_sketch);
  EXPECT_THAT(needs(action), HasSubstr("absolute path"));
}

TEST(ImportConfigd, AProgramThatIsNotHereIsNoted) {
  const auto result = import_configd({{"actions_a.conf", "[b]\ncommand:/bin/x\ntype:script\n"}},
                                     [](const std::string&) { return false; });
  EXPECT_THAT(result->modules[0].actions[0].remarks.notes,
              ElementsAre("/bin/x is not on this machine."));
  EXPECT_FALSE(result->modules[0].actions[0].is_sketch);
}

TEST(ImportConfigd, BracesAreNotTakenForArguments) {
  EXPECT_TRUE(one("command:/bin/x {arg1}\nparameters:%s {b}\ntype:script\n").is_sketch);
  EXPECT_FALSE(one("command:/bin/x {a}\ntype:script\n").is_sketch);
  EXPECT_TRUE(one("command:/bin/{a}\ntype:script\n").is_sketch);
}

TEST(ImportConfigd, CacheErrorsAndUnknownKeys) {
  EXPECT_EQ(one("command:/bin/x\ntype:script_output\ncache_ttl:60\n").cache, "60s");
  EXPECT_EQ(one("command:/bin/x\ntype:script_output\ncache_ttl:0\n").cache, "");
  EXPECT_EQ(one("command:/bin/x\ntype:script\ncache_ttl:60\n").cache, "");
  EXPECT_THAT(needs(one("command:/bin/x\ntype:script_output\ncache_ttl:99999\n")),
              HasSubstr("cache_ttl"));
  const auto action = one("command:/bin/x\ntype:script\nerrors:no\nfoo:bar\n");
  EXPECT_EQ(action.remarks.notes.size(), 2U);
  EXPECT_EQ(needs(action), "");
}

TEST(ImportConfigd, NamesAreFoldedAndTold) {
  const auto result = imported(
      "[Show All]\ncommand:/bin/x\ntype:script\n[show-all]\ncommand:/bin/y\ntype:script\n");
  const auto& actions = result.modules[0].actions;
  EXPECT_EQ(actions[0].name, "show-all");
  EXPECT_EQ(actions[1].name, "show-all-2");
  EXPECT_THAT(actions[0].remarks.notes, ElementsAre("Its name was 'Show All'."));
}

TEST(ImportConfigd, AliasesOfASectionAreActionsOfTheirOwn) {
  const auto result = imported("[up|down.all.more]\ncommand:/bin/x\ntype:script\n");
  ASSERT_EQ(result.modules[0].actions.size(), 2U);
  EXPECT_EQ(result.modules[0].actions[0].name, "up.all");
  EXPECT_EQ(result.modules[0].actions[1].name, "down.all");
}

TEST(ImportConfigd, TwiceTheSameNeedsAHuman) {
  const auto sections =
      imported("[a]\ncommand:/bin/x\ntype:script\n[a]\ncommand:/bin/y\ntype:script\n");
  ASSERT_EQ(sections.modules[0].actions.size(), 1U);
  EXPECT_THAT(sections.modules[0].actions[0].command, ElementsAre("/bin/y"));
  EXPECT_THAT(needs(sections.modules[0].actions[0]), HasSubstr("actions_web.conf:1"));
  EXPECT_TRUE(one("command:/bin/x\ncommand:/bin/y\ntype:script\n").is_sketch);
}

TEST(ImportConfigd, ModulesOfMgrAreNotTouched) {
  for (const char* name : {"scan", "job", "mgr", "service"}) {
    const auto result = imported("[start]\ncommand:/bin/x\ntype:script\n",
                                 "/x/actions_" + std::string(name) + ".conf");
    EXPECT_EQ(result.modules[0].name, "configd-" + std::string(name));
  }
  EXPECT_EQ(imported("[a]\ntype:script\n", "actions_.conf").modules[0].name, "configd");
  EXPECT_EQ(imported("[a]\ntype:script\n", "actions_we.b.conf").modules[0].name, "we");
}

TEST(ImportConfigd, AllowedGroupsAreRules) {
  const auto result = imported(
      "[a]\ncommand:/bin/a\ntype:script\nallowed_groups:wheel,,ops\n"
      "[b]\ncommand:/bin/b\ntype:script\nallowed_groups:wheel,ops\n"
      "[c]\ncommand:/bin/c\ntype:script\n"
      "[d]\ncommand:d\ntype:script\nallowed_groups:wheel\n");
  ASSERT_EQ(result.rules.size(), 2U);
  EXPECT_THAT(result.rules[0].who, ElementsAre("configd-wheel", "configd-ops"));
  EXPECT_THAT(result.rules[0].actions, ElementsAre("a", "b"));
  EXPECT_TRUE(result.rules[1].is_sketch);
  EXPECT_THAT(result.rules[1].actions, ElementsAre("c"));
}

TEST(ImportConfigd, ASpaceInAListOfGroupsIsToTheLetter) {
  const auto result = imported("[a]\ncommand:/bin/a\ntype:script\nallowed_groups: wheel, ops\n");
  ASSERT_EQ(result.rules.size(), 1U);
  EXPECT_THAT(result.rules[0].who, ElementsAre("configd-wheel"));
  EXPECT_EQ(result.rules[0].remarks.needs.size(), 1U);
}

TEST(ImportConfigd, AGroupThatCanBeNoneGrantsNothing) {
  const auto result =
      imported("[a]\ncommand:/bin/a\ntype:script\nallowed_groups:nobody,a:b,nogroup\n");
  ASSERT_EQ(result.rules.size(), 1U);
  EXPECT_TRUE(result.rules[0].is_sketch);
  EXPECT_EQ(result.rules[0].remarks.needs.size(), 3U);
}

TEST(ImportConfigd, DefaultIsNoAction) {
  const auto result = import_configd(
      {{"actions_x.conf", "[DEFAULT]\ncommand: /bin/a\ntype: script\nallowed_groups: g\n"}},
      is_everywhere);
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->modules.empty());
  EXPECT_TRUE(result->rules.empty());
  EXPECT_EQ(count_of(*result).humans, 1U);
}

TEST(ImportConfigd, WhatWouldTakeForeverIsRefused) {
  std::string names = "[a", keys = "[a]\n",
              words = "[a]\ntype: script\ncommand: /bin/x\nparameters: ";
  for (int i = 0; i < 50000; ++i) {
    names += "|" + std::to_string(i);
    keys += "k" + std::to_string(i) + "=\n";
    words += "%s ";
  }
  const std::string body = "]\ntype: script\ncommand: /bin/x";
  EXPECT_FALSE(import_configd({{"actions_x.conf", names + body}}, is_everywhere));
  EXPECT_FALSE(import_configd({{"actions_x.conf", keys}}, is_everywhere));
  names.resize(50000);
  names += body + ' ' + std::string(5000, 'x');
  EXPECT_FALSE(import_configd({{"actions_x.conf", names}}, is_everywhere));
  const auto result = import_configd({{"actions_x.conf", words}}, is_everywhere);
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->modules[0].actions[0].command.empty());
}

}  // namespace
}  // namespace mgr::client
