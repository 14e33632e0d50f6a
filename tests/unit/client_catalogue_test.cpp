// Schemas that are out to do harm, and what is made of those that are not.
#include "client/catalogue.h"

#include <gtest/gtest.h>

#include "client/help.h"

namespace mgr::client {
namespace {

bool is_refused(const std::string& module) {
  const auto catalogue = parse_catalogue("{\"modules\":[" + module + "]}");
  return !catalogue && catalogue.error().kind == Failure::Kind::bad_reply;
}

// {"name":name} between two texts of JSON.
bool is_refused_name(const std::string& before, const std::string& name, const std::string& after) {
  return is_refused(before + "{\"name\":\"" + name + "\"}" + after);
}

// The one action with these members.
Outcome<Catalogue> with_action(const std::string& members) {
  return parse_catalogue(R"({"modules":[{"name":"m","actions":[{"name":"x",)" + members + "}]}]}");
}

// The one argument with these members.
Outcome<ArgumentHelp> argument(const std::string& members) {
  return with_action(R"("arguments":[{"name":"a",)" + members + "}]")
      .map([](const Catalogue& catalogue) {
        return catalogue.modules.front().actions.front().arguments.front();
      });
}

std::string words(const std::string& members) {
  const auto read = argument(members);
  if (!read) return "refused";
  return read->limits ? type_words(*read->limits, read->pattern) : "unknown " + read->type;
}

TEST(ClientCatalogue, RefusesHostileNames) {
  const std::string module = "{\"name\":\"scan\",\"actions\":[";
  const std::string action = module + "{\"name\":\"start\",\"arguments\":[";
  for (const char* name :
       {"$(cmd)", "`reboot`", "\\u001b[2J", "Scan", "", "--help", "x;y", "a b"}) {
    EXPECT_TRUE(is_refused_name("", name, "")) << name;
    EXPECT_TRUE(is_refused_name(module, name, "]}")) << name;
    EXPECT_TRUE(is_refused_name(action, name, "]}]}")) << name;
  }
  EXPECT_TRUE(is_refused_name(action, "module", "]}]}"));
  EXPECT_TRUE(is_refused_name(action, "auth-key", "]}]}"));
  EXPECT_TRUE(is_refused_name(action, "mgr-confirm", "]}]}"));
  EXPECT_FALSE(is_refused_name(action, "task_ids", "]}]}"));
}

TEST(ClientCatalogue, RefusesAnotherShape) {
  for (const char* module :
       {"7", "{}", "{\"name\":7}", "{\"name\":\"scan\",\"aliases\":[\"a b\"]}",
        "{\"name\":\"scan\",\"aliases\":\"ab\"}", "{\"name\":\"scan\",\"actions\":{}}"}) {
    EXPECT_TRUE(is_refused(module)) << module;
  }
  for (const char* data : {"", "[]", "{}", "{\"modules\":{}}"}) {
    EXPECT_FALSE(parse_catalogue(data)) << data;
  }
}

TEST(ClientCatalogue, ReadsTheLimitsOfATypeAndTellsThem) {
  EXPECT_EQ(words(R"("type":"int","min":1,"max":999)"), "int from 1 to 999");
  EXPECT_EQ(words(R"("type":"int","min":-9223372036854775808)"), "int");
  EXPECT_EQ(words(R"("type":"int","min":-5)"), "int of at least -5");
  EXPECT_EQ(words(R"("type":"int","max":5)"), "int of at most 5");
  EXPECT_EQ(words(R"("type":"bool")"), "yes or no");
  EXPECT_EQ(words(R"("type":"enum","values":["fast","full"])"), "one of fast, full");
  EXPECT_EQ(words(R"("type":"string","max_length":64,"pattern":"[a-z]+")"),
            "string of up to 64 bytes that matches [a-z]+");
  EXPECT_EQ(words(R"("type":"string","max_length":64,"pattern":"[a-z]+","form":"small letters")"),
            "string of up to 64 bytes, small letters");
  EXPECT_EQ(words(R"("type":"string","max_length":64,"pattern":"[a-z]+","form":7)"),
            "string of up to 64 bytes that matches [a-z]+");
  EXPECT_EQ(words(R"("type":"hostname")"), "hostname");
  EXPECT_EQ(words(R"("type":"list of hostname","max_items":8)"), "list of up to 8: hostname");
  EXPECT_EQ(words(R"("type":"path","roots":["/srv/www","/var/www"],"kind":"folder")"),
            "path of a folder beneath /srv/www or /var/www");
  EXPECT_EQ(words(R"("type":"path","roots":["/srv"])"), "path of a file beneath /srv");
  EXPECT_EQ(words(R"("type":"unit","listed":true)"),
            "systemd unit, such as nginx.service; the policy lists which");
  EXPECT_EQ(words(R"("type":"unit","listed":"yes")"), "systemd unit, such as nginx.service");
  EXPECT_EQ(words(R"("type":"unit","values":["service","socket","timer"])"),
            "systemd unit, such as nginx.service, of type service, socket or timer");
  EXPECT_EQ(words(R"("type":"secret")"), "secret, asked for without echo");
  EXPECT_EQ(words(R"("type":"blob")"), "contents of a file, given with --body");
}

TEST(ClientCatalogue, RefusesLimitsThatAreNone) {
  for (const char* members :
       {R"("type":"int","min":2,"max":1)", R"("type":"int","min":"1")", R"("type":"int","min":1.5)",
        R"("type":"int","max":9223372036854775808)", R"("type":"int","max":null)",
        R"("type":"string","max_length":0)", R"("type":"string","max_length":-1)",
        R"("type":"list of int","max_items":0)", R"("type":"list of int","max_items":{})",
        R"("type":"enum","values":"a")", R"("type":"enum","values":[1])",
        R"("type":"enum","values":[""])", R"("type":"enum","values":["a\u0000b"])",
        R"("type":"enum","values":["a\nb"])", R"("type":"path","roots":["srv"])",
        R"("type":"path","roots":[["/srv"]])"}) {
    const auto read = argument(members);
    ASSERT_FALSE(read) << members;
    EXPECT_EQ(read.error().detail, "the schema holds limits that are none");
  }
}

TEST(ClientCatalogue, LeavesToTheDaemonWhatItDoesNotKnow) {
  EXPECT_EQ(words(R"("type":"colour","min":"dark")"), "unknown colour");
  EXPECT_EQ(words(R"("type":"list of list of int")"), "unknown list of list of int");
  EXPECT_EQ(words(R"("type":7)"), "unknown ");
  EXPECT_EQ(words(R"("type":"enum")"), "unknown enum");
  EXPECT_EQ(words(R"("type":"path","roots":["/srv"],"kind":"socket")"), "unknown path");
  EXPECT_EQ(words(R"("type":"bool","since":{"version":[1,2]})"), "yes or no");
  EXPECT_TRUE(argument(R"("type":"list of colour")")->is_list);
}

TEST(ClientCatalogue, NoPatternIsCompiledBeforeAValueIsChecked) {
  const auto read = argument(R"("type":"string","pattern":"((a{30}){30}){30}")");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->pattern, "((a{30}){30}){30}");
  EXPECT_TRUE(read->limits->pattern.empty());
}

TEST(ClientCatalogue, ReadsHowAnActionIsAsked) {
  const auto read =
      with_action(R"("mode":"stream","confirm":true,"min_proof":"signed","cost":[1])");
  ASSERT_TRUE(read);
  const ActionHelp& action = read->modules.front().actions.front();
  EXPECT_EQ(action.mode, ActionMode::stream);
  EXPECT_TRUE(action.confirm);
  EXPECT_EQ(action.min_proof, Proof::signature);
  const auto odd = with_action(R"("mode":"dream","confirm":"yes","min_proof":7)");
  ASSERT_TRUE(odd);
  EXPECT_EQ(odd->modules.front().actions.front().mode, ActionMode::unknown);
  EXPECT_FALSE(odd->modules.front().actions.front().confirm);
}

TEST(ClientCatalogue, HelpTellsAllThatAnActionWants) {
  const auto catalogue = with_action(
      R"("summary":"Does","mode":"output","confirm":true,"min_proof":"signed","arguments":[
      {"name":"fast","type":"bool"},
      {"name":"hosts","type":"list of hostname","help":"which"},
      {"name":"zone","type":"string","required":true,"max_length":9},
      {"name":"password","type":"secret","required":true},
      {"name":"text","type":"blob"}])");
  ASSERT_TRUE(catalogue);
  const ModuleHelp& module = catalogue->modules.front();
  EXPECT_EQ(action_help(module, module.actions.front()),
            "Usage: mgrctl m x ZONE [FAST] [HOSTS…] [--body FILE]\n"
            "Does\n"
            "\n"
            "Arguments:\n"
            "  fast      optional  yes or no\n"
            "  hosts     optional  list of up to 64: hostname\n"
            "                      which\n"
            "  zone      required  string of up to 9 bytes\n"
            "  password  required  secret, asked for without echo\n"
            "  text      optional  contents of a file, given with --body\n"
            "\n"
            "Each value may be written as name=value as well, in any order.\n"
            "A list is one word with commas; the last argument takes several words too.\n"
            "\n"
            "It asks whether it is really meant; --yes says so beforehand.\n"
            "It wants a signed request: with a key, as mgrctl keygen makes one, every request is.\n"
            "It answers when its command has ended, with what that printed.\n");
}

TEST(ClientCatalogue, HelpShowsFreeTextHarmlessly) {
  const auto catalogue = parse_catalogue(
      R"({"modules":[{"name":"scan","summary":"a\u001b]0;b\u0007","actions":[
        {"name":"go","summary":"x\ny","arguments":[{"name":"n","type":"\u009b","help":"\r"},
          {"name":"p","type":"string","pattern":"\u001b[2J\n"}]}]}]})");
  ASSERT_TRUE(catalogue);
  const ModuleHelp& scan = catalogue->modules.front();
  EXPECT_EQ(module_help(scan),
            "Usage: mgrctl scan ACTION [VALUE…]\na\\x1b]0;b\\x07\n\nActions:\n  go  x\\ny\n");
  EXPECT_EQ(action_help(scan, scan.actions.front()),
            "Usage: mgrctl scan go [N] [P]\nx\\ny\n\nArguments:\n  n  optional  \\u{9b}\n"
            "               \\x0d\n"
            "  p  optional  string of up to 4096 bytes that matches \\x1b[2J\\n\n\n"
            "Each value may be written as name=value as well, in any order.\n");
  EXPECT_EQ(catalogue_help(*catalogue), "scan  a\\x1b]0;b\\x07\n  go  x\\ny\n");
}

TEST(ClientCatalogue, ATableOfManyStaysReadable) {
  const auto catalogue =
      with_action(R"("summary":")" + std::string(5000, 'x') + '"').map(catalogue_help);
  ASSERT_TRUE(catalogue);
  EXPECT_LT(catalogue->size(), 200U);
}

}  // namespace
}  // namespace mgr::client
