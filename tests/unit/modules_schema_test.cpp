// What is told of the modules to broker and clients.
#include <gtest/gtest.h>

#include "modules/schema.h"

namespace mgr {
namespace {

DeclaredAction declared(RunMode mode, std::vector<Argument> arguments) {
  DeclaredAction action;
  action.name = "act";
  action.summary = "Acts";
  action.arguments = std::move(arguments);
  action.run.argv = {"/bin/x"};
  action.run.mode = mode;
  return action;
}

std::unique_ptr<Registry> registry_of(std::vector<DeclaredAction> actions) {
  DeclaredModule module;
  module.name = "box";
  module.actions = std::move(actions);
  auto registry = Registry::build({module}, {"{}", {}});
  EXPECT_TRUE(registry) << registry.error().detail;
  return std::move(*registry);
}

// The schema's text of the action box act.
std::string action_json(DeclaredAction action) {
  const std::string json = schema_json(*registry_of({std::move(action)}));
  const std::size_t begin = json.find(R"({"name":"act")");
  EXPECT_NE(begin, std::string::npos) << json;
  return json.substr(begin, json.rfind("]}]}") - begin);
}

std::string argument_json(const ArgumentType& type) {
  const std::string json = action_json(declared(RunMode::job, {{"a", type, true, "h"}}));
  const std::size_t begin = json.find(R"({"name":"a",)");
  return json.substr(begin, json.rfind("]}") - begin);
}

TEST(Schema, TellsBrokerAndClientsTheSame) {
  const auto registry = registry_of({declared(RunMode::job, {})});
  const auto schema = broker_schema(*registry);
  ASSERT_EQ(schema.size(), registry->modules().size());
  EXPECT_EQ(schema[0].aliases, std::vector<std::string>{"SCAN_MODULE"});
  const std::string json = schema_json(*registry);
  EXPECT_NE(json.find("\"task_ids\""), std::string::npos);
  EXPECT_NE(json.find("\"list of int\""), std::string::npos);
}

TEST(Schema, TellsHowAnActionIsAnswered) {
  EXPECT_EQ(action_json(declared(RunMode::job, {})),
            R"({"name":"act","summary":"Acts","mode":"job","min_proof":"kernel","arguments":[]})");
  DeclaredAction action = declared(RunMode::output, {});
  action.confirm = true;
  action.min_proof = Proof::signature;
  EXPECT_EQ(action_json(action), R"({"name":"act","summary":"Acts","mode":"output","confirm":true,)"
                                 R"("min_proof":"signed","arguments":[]})");
  EXPECT_NE(action_json(declared(RunMode::stream, {})).find(R"("mode":"stream")"),
            std::string::npos);
  const std::string json = schema_json(*registry_of({}));
  for (const char* action_row :
       {R"({"name":"ping","summary":"Answer","mode":"reply","min_proof":"none","arguments":[]})",
        R"({"name":"start","summary":"Start scan tasks","mode":"job","min_proof":"kernel",)",
        R"({"name":"follow","summary":"What a job prints, until it has ended","mode":"stream",)"}) {
    EXPECT_NE(json.find(action_row), std::string::npos) << action_row;
  }
}

TEST(Schema, TellsWhatNarrowsAType) {
  ArgumentType type{TypeKind::port};
  type.least = 1;
  type.most = 1024;
  const std::string head = R"({"name":"a","type":")";
  const std::string middle = R"(","required":true,"help":"h")";
  EXPECT_EQ(argument_json(type), head + "port" + middle + R"(,"min":1,"max":1024})");
  type = {TypeKind::string};
  type.max_length = 9;
  EXPECT_EQ(argument_json(type), head + "string" + middle + R"(,"max_length":9})");
  type.kind = TypeKind::secret;
  type.pattern = std::string("[a\"\\\\]");
  EXPECT_EQ(argument_json(type),
            head + "secret" + middle + R"(,"max_length":9,"pattern":"[a\"\\\\]"})");
  type.form = "a few";
  EXPECT_EQ(argument_json(type),
            head + "secret" + middle + R"(,"max_length":9,"pattern":"[a\"\\\\]","form":"a few"})");
  type = {TypeKind::enumeration, true};
  type.choices = {"x", "y"};
  EXPECT_EQ(argument_json(type),
            head + "list of enum" + middle + R"(,"values":["x","y"],"max_items":64})");
  type = {TypeKind::path};
  type.roots = {"/srv", "/var/log"};
  for (const auto& [kind, name] :
       {std::pair(PathKind::file, "file"), std::pair(PathKind::folder, "folder"),
        std::pair(PathKind::any, "any")}) {
    type.path_kind = kind;
    EXPECT_EQ(argument_json(type),
              head + "path" + middle + R"(,"roots":["/srv","/var/log"],"kind":")" + name + "\"}");
  }
  EXPECT_EQ(argument_json({TypeKind::blob}), head + "blob" + middle + R"(,"max_length":1048576})");
  type = {TypeKind::unit};
  type.listed = true;
  EXPECT_EQ(argument_json(type), head + "unit" + middle + R"(,"listed":true})");
  EXPECT_EQ(argument_json({TypeKind::mac}), head + "mac" + middle + "}");
}

TEST(Schema, TheBrokerKnowsABodyAndNoFieldOfItsName) {
  const auto registry = registry_of({declared(
      RunMode::job, {{"text", {TypeKind::blob}, true, ""}, {"to", {TypeKind::string}, true, ""}})});
  const ActionSchema action = broker_schema(*registry).back().actions.at(0);
  EXPECT_TRUE(action.takes_body);
  EXPECT_EQ(action.arguments, (std::vector<ArgumentSchema>{{"to", true}}));
  EXPECT_FALSE(broker_schema(*registry).front().actions.at(0).takes_body);
}

}  // namespace
}  // namespace mgr
