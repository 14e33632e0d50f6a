// mgrctl's values against the daemon's schema: which argument each goes to, and what never leaves.
#include "client/binding.h"

#include <gtest/gtest.h>

namespace mgr::client {
namespace {

using Fields = std::vector<Field>;

constexpr const char* schema = R"({"modules":[
  {"name":"scan","aliases":["SCAN_MODULE"],"summary":"Scans","actions":[
    {"name":"start","summary":"Start","arguments":[
      {"name":"task_ids","type":"list of int","required":true,"min":1,"max":999,"max_items":3},
      {"name":"force","type":"bool"}]},
    {"name":"list","summary":"All"}]},
  {"name":"dns","actions":[
    {"name":"flush","arguments":[
      {"name":"view","type":"enum","values":["fast","full"]},
      {"name":"zone","type":"string","required":true,"max_length":8},
      {"name":"hosts","type":"list of string"}]},
    {"name":"odd","arguments":[
      {"name":"what","type":"list of colour","required":true},
      {"name":"mode","type":"enum","values":["a=b","c"]}]}]},
  {"name":"user","actions":[
    {"name":"password","arguments":[
      {"name":"old","type":"secret","required":true},
      {"name":"name","type":"string","required":true},
      {"name":"note","type":"blob","required":true}]}]},
  {"name":"mgr","actions":[{"name":"ping"}]}]})";

Outcome<Request> bind(const std::vector<std::string>& words, std::size_t plain_from = SIZE_MAX) {
  static const Catalogue catalogue = parse_catalogue(schema).value();
  const auto command = parse_command(words, plain_from);
  if (!command) return tl::unexpected(command.error());
  const auto chosen = choose_action(*command, catalogue);
  if (!chosen) return tl::unexpected(chosen.error());
  return bind_values(*command, *chosen);
}

std::string refusal(const std::vector<std::string>& words, std::size_t plain_from = SIZE_MAX) {
  const auto request = bind(words, plain_from);
  return request ? "" : request.error().detail;
}

Fields bound(const std::vector<std::string>& words, std::size_t plain_from = SIZE_MAX) {
  const auto request = bind(words, plain_from);
  return request ? request->arguments : Fields{{"refused", request.error().detail}};
}

TEST(ClientBinding, RequiredArgumentsComeFirstThenOptionalOnes) {
  EXPECT_EQ(bound({"dns", "flush", "a.org"}), (Fields{{"zone", "a.org"}}));
  EXPECT_EQ(bound({"dns", "flush", "a.org", "fast"}),
            (Fields{{"zone", "a.org"}, {"view", "fast"}}));
  EXPECT_EQ(bound({"dns", "flush", "a.org", "fast", "h"}),
            (Fields{{"zone", "a.org"}, {"view", "fast"}, {"hosts", "h"}}));
}

TEST(ClientBinding, AWordWithANameMayStandAnywhere) {
  const Fields expected{{"view", "full"}, {"zone", "a.org"}};
  EXPECT_EQ(bound({"dns", "flush", "view=full", "a.org"}), expected);
  EXPECT_EQ(bound({"dns", "flush", "a.org", "VIEW=full"}), expected);
  EXPECT_EQ(bound({"dns", "flush", "a.org", "h1", "view=full", "h2"}),
            (Fields{{"view", "full"}, {"zone", "a.org"}, {"hosts", "h1,h2"}}));
}

TEST(ClientBinding, TheLastListTakesAllWordsThatAreLeft) {
  EXPECT_EQ(bound({"dns", "flush", "a.org", "fast", "x", "y", "z"}).back(),
            (Field{"hosts", "x,y,z"}));
  EXPECT_EQ(bound({"dns", "flush", "a.org", "fast", "x,y"}).back(), (Field{"hosts", "x,y"}));
  EXPECT_EQ(refusal({"dns", "flush", "a.org", "fast", "x,y", "z"}),
            "dns flush: hosts is one word with commas, or several words without");
  EXPECT_EQ(bound({"scan", "start", "force=yes", "1", "2"}).back(), (Field{"task_ids", "1,2"}));
  // Where another argument follows, a list is one word.
  EXPECT_EQ(bound({"scan", "start", "1,2"}), (Fields{{"task_ids", "1,2"}}));
  EXPECT_EQ(refusal({"scan", "start", "1", "2"}), "scan start: force must be yes or no");
}

TEST(ClientBinding, BehindTwoDashesNoWordHasAName) {
  EXPECT_EQ(bound({"dns", "flush", "view=x"}, 2), (Fields{{"zone", "view=x"}}));
  EXPECT_EQ(bound({"dns", "flush", "view=full", "view=x"}, 3),
            (Fields{{"view", "full"}, {"zone", "view=x"}}));
  EXPECT_TRUE(refusal({"dns", "flush", "-x"}, 2).starts_with("dns flush: zone must be "));
  EXPECT_EQ(refusal({"scan", "start", "-1"}, 2),
            "scan start: task_ids: each element must be an integer from 1 to 999");
}

TEST(ClientBinding, AValueWithASignGoesOnlyWhereOneMayBe) {
  EXPECT_EQ(bound({"dns", "flush", "a=b"}), (Fields{{"zone", "a=b"}}));
  EXPECT_EQ(bound({"dns", "odd", "a=b", "a=b"}), (Fields{{"what", "a=b"}, {"mode", "a=b"}}));
  EXPECT_EQ(refusal({"scan", "start", "ids=1"}),
            "scan start has no argument ids; it has task_ids, force");
  EXPECT_EQ(refusal({"dns", "flush", "a.org", "x=y"}),
            "dns flush has no argument x; it has view, zone, hosts");
  // What stands before the sign is no name, so it is a value like any other.
  EXPECT_EQ(refusal({"scan", "start", "1=2"}),
            "scan start: task_ids: each element must be an integer from 1 to 999");
}

TEST(ClientBinding, AnAliasBecomesTheModulesName) {
  const auto request = bind({"Scan_Module", "START", "FORCE=yes", "1"});
  ASSERT_TRUE(request);
  EXPECT_EQ(request->module, "scan");
  EXPECT_EQ(request->action, "start");
  EXPECT_EQ(request->arguments, (Fields{{"force", "yes"}, {"task_ids", "1"}}));
}

TEST(ClientBinding, SaysWhatThereIsInstead) {
  EXPECT_EQ(refusal({"scna", "start"}), "there is no module scna; there are scan, dns, user, mgr");
  EXPECT_EQ(refusal({"scan", "strat"}), "scan has no action strat; it has start, list");
  EXPECT_EQ(refusal({"scan"}), "scan needs an action: start, list");
  EXPECT_EQ(refusal({"scan", "start"}), "scan start needs task_ids=…");
  EXPECT_EQ(refusal({"scan", "start", "task_ids=1", "TASK_IDS=2"}),
            "scan start: task_ids is given twice");
  EXPECT_EQ(refusal({"scan", "list", "1"}), "scan list takes no argument");
  EXPECT_EQ(refusal({"mgr", "ping", "x=1"}), "mgr ping takes no argument");
  EXPECT_EQ(refusal({"scan", "start", "1", "yes", "x"}),
            "a word too many for scan start TASK_IDS [FORCE]");
}

TEST(ClientBinding, ValuesAreCheckedByTheirTypes) {
  for (const char* value : {"0", "1000", "+1", "01", "", "1,,2", "1,", ",", " 1", "1,2,3,4",
                            "9223372036854775808", "１", "0x1", "1;reboot"}) {
    EXPECT_TRUE(refusal({"scan", "start", value}).starts_with("scan start: task_ids")) << value;
  }
  for (const char* value : {"true", "Yes", ""}) {
    EXPECT_EQ(refusal({"scan", "start", "1", value}), "scan start: force must be yes or no");
  }
  for (const char* value : {"", "123456789", "--", "-"}) {
    EXPECT_TRUE(refusal({"dns", "flush", value}).starts_with("dns flush: zone must be ")) << value;
  }
  EXPECT_EQ(refusal({"dns", "flush", "z", "view=slow"}),
            "dns flush: view must be one of fast full");
}

TEST(ClientBinding, AnUnknownTypeIsLeftToTheDaemon) {
  EXPECT_EQ(bound({"dns", "odd", "--x", "c"}), (Fields{{"what", "--x"}, {"mode", "c"}}));
}

TEST(ClientBinding, APatternWithoutEndIsLeftToTheDaemon) {
  ArgumentHelp argument{"a", "string", "", true, false, ArgumentType{}};
  argument.pattern = "(" + std::string(max_pattern_length, 'x') + ")";
  EXPECT_TRUE(check_argument("m x", argument, "y"));
}

TEST(ClientBinding, SecretsAndBodiesNeverStandOnTheCommandLine) {
  EXPECT_EQ(bound({"user", "password", "bob"}), (Fields{{"name", "bob"}}));
  EXPECT_EQ(refusal({"user", "password", "bob", "old=hunter2"}),
            "user password: old is a secret, which the command line would show to everybody: leave "
            "it out, and it is asked for");
  EXPECT_EQ(refusal({"user", "password", "bob", "note=x"}),
            "user password: note is a file's contents: --body FILE");
  EXPECT_EQ(refusal({"user", "password", "bob", "x"}),
            "a word too many for user password NAME --body FILE");
}

TEST(ClientBinding, WithoutASchemaOnlyNamedValuesGo) {
  EXPECT_TRUE(bind_without_schema(*parse_command({"scan", "start", "task_ids=1"})));
  EXPECT_FALSE(bind_without_schema(*parse_command({"scan", "start", "task_ids=1"}, 2)));
  EXPECT_FALSE(bind_without_schema(*parse_command({"scan", "start", "1"})));
  EXPECT_FALSE(bind_without_schema(*parse_command({"scan"})));
}

TEST(ClientBinding, AReasonIsNoLongerThanItsReaderCanBear) {
  std::string values = "\"a\"";
  for (int i = 0; i < 10000; ++i) values += ",\"b" + std::to_string(i) + "\"";
  const auto catalogue = parse_catalogue(
      R"({"modules":[{"name":"m","actions":[{"name":"x","arguments":[{"name":"a","type":"enum",)"
      R"("values":[)" +
      values + "]}]}]}]}");
  ASSERT_TRUE(catalogue);
  const auto command = parse_command({"m", "x", "c"});
  const auto request = bind_values(*command, *choose_action(*command, *catalogue));
  ASSERT_FALSE(request);
  EXPECT_LT(request.error().detail.size(), 500U);
}

}  // namespace
}  // namespace mgr::client
