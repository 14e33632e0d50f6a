// mgrctl's words against the daemon's schema, and schemas that are out to do harm.
#include "client/command.h"

#include <gtest/gtest.h>

#include "client/help.h"

namespace mgr::client {
namespace {

constexpr const char* schema = R"({"modules":[
  {"name":"scan","aliases":["SCAN_MODULE"],"summary":"Scans","actions":[
    {"name":"start","summary":"Start","arguments":[
      {"name":"task_ids","type":"list of int","required":true,"help":"which"},
      {"name":"force","type":"bool"}]},
    {"name":"list","summary":"All"}]},
  {"name":"mgr","actions":[{"name":"ping"}]}]})";

Outcome<Request> bind(const std::vector<std::string>& words) {
  const auto command = parse_command(words);
  if (!command) return tl::unexpected(command.error());
  const auto catalogue = parse_catalogue(schema);
  if (!catalogue) return tl::unexpected(catalogue.error());
  return bind_command(*command, *catalogue);
}

std::string refusal(const std::vector<std::string>& words) {
  const auto request = bind(words);
  return request ? "" : request.error().detail;
}

TEST(ClientCommand, AValueWithoutANameIsTheFirstArguments) {
  const auto request = bind({"scan", "start", "1,2"});
  ASSERT_TRUE(request);
  EXPECT_EQ(request->arguments, (std::vector<Field>{{"task_ids", "1,2"}}));
  EXPECT_EQ(bind({"scan", "start", "task_ids=1,2"})->arguments, request->arguments);
  EXPECT_EQ(bind({"scan", "start", "1=2"})->arguments.front().value, "1=2");
}

TEST(ClientCommand, AnAliasBecomesTheModulesName) {
  const auto request = bind({"Scan_Module", "START", "FORCE=yes", "1"});
  ASSERT_TRUE(request);
  EXPECT_EQ(request->module, "scan");
  EXPECT_EQ(request->action, "start");
  EXPECT_EQ(request->arguments, (std::vector<Field>{{"force", "yes"}, {"task_ids", "1"}}));
}

TEST(ClientCommand, SaysWhatThereIsInstead) {
  EXPECT_EQ(refusal({"scna", "start"}), "there is no module scna; there are scan, mgr");
  EXPECT_EQ(refusal({"scan", "strat"}), "scan has no action strat; it has start, list");
  EXPECT_EQ(refusal({"scan"}), "scan needs an action: start, list");
  EXPECT_EQ(refusal({"scan", "start", "ids=1"}),
            "scan start has no argument ids; it has task_ids, force");
  EXPECT_EQ(refusal({"scan", "start"}), "scan start needs task_ids=…");
  EXPECT_EQ(refusal({"scan", "start", "1", "2"}), "scan start: task_ids is given twice");
  EXPECT_EQ(refusal({"scan", "list", "1"}), "scan list takes no argument");
}

TEST(ClientCommand, ShorthandsStandForTheModuleMgr) {
  const auto command = parse_command({"ping"});
  ASSERT_TRUE(command);
  EXPECT_EQ(command->module, "mgr");
  EXPECT_EQ(command->action, "ping");
  EXPECT_FALSE(needs_catalogue(*command));
  EXPECT_EQ(refusal({"ping", "x"}), "mgr ping takes no argument");
}

TEST(ClientCommand, RefusesWordsThatAreNoNames) {
  EXPECT_FALSE(parse_command({"$(cmd)", "start"}));
  EXPECT_FALSE(parse_command({"scan", "start\n"}));
  EXPECT_FALSE(parse_command({""}));
}

TEST(ClientCommand, WithoutASchemaOnlyNamedValuesGo) {
  EXPECT_TRUE(bind_command(*parse_command({"scan", "start", "task_ids=1"})));
  EXPECT_FALSE(bind_command(*parse_command({"scan", "start", "1"})));
  EXPECT_FALSE(bind_command(*parse_command({"scan"})));
}

bool is_refused(const std::string& module) {
  const auto catalogue = parse_catalogue("{\"modules\":[" + module + "]}");
  return !catalogue && catalogue.error().kind == Failure::Kind::bad_reply;
}

// {"name":name} between two texts of JSON.
bool is_refused_name(const std::string& before, const std::string& name, const std::string& after) {
  return is_refused(before + "{\"name\":\"" + name + "\"}" + after);
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

TEST(ClientCatalogue, HelpShowsFreeTextHarmlessly) {
  const auto catalogue = parse_catalogue(
      R"({"modules":[{"name":"scan","summary":"a\u001b]0;b\u0007","actions":[
        {"name":"go","summary":"x\ny","arguments":[{"name":"n","type":"\u009b","help":"\r"}]}]}]})");
  ASSERT_TRUE(catalogue);
  const ModuleHelp& scan = catalogue->modules.front();
  EXPECT_EQ(module_help(scan),
            "Usage: mgrctl scan ACTION [name=value…]\na\\x1b]0;b\\x07\n\nActions:\n  go  x\\ny\n");
  EXPECT_EQ(action_help(scan, scan.actions.front()),
            "Usage: mgrctl scan go [n=…]\nx\\ny\n\nArguments:\n  n  \\u{9b}  optional  \\x0d\n\n"
            "A value without a name is that of n.\n");
  EXPECT_EQ(catalogue_help(*catalogue), "scan  a\\x1b]0;b\\x07\n  go  x\\ny\n");
}

}  // namespace
}  // namespace mgr::client
