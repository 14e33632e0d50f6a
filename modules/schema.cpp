// mgr-configure, root; pure.
#include "modules/schema.h"

#include "protocol/json.h"

namespace mgr {
namespace {

void append_argument(JsonWriter& json, const Argument& argument) {
  const ArgumentType& type = argument.type;
  json.open_object().member("name", argument.name).member("type", type_name(type));
  json.member("required", argument.required).member("help", argument.help);
  if (type.kind == TypeKind::integer) json.member("min", type.least).member("max", type.most);
  if (type.kind == TypeKind::string) json.member("max_length", type.max_length);
  if (type.kind == TypeKind::enumeration) {
    json.key("values").open_array();
    for (const std::string& choice : type.choices) json.value(choice);
    json.close_array();
  }
  json.close_object();
}

}  // namespace

std::vector<ModuleSchema> broker_schema(const Registry& registry) {
  std::vector<ModuleSchema> all;
  for (const auto& module : registry.modules()) {
    ModuleSchema schema{module->name(), module->aliases(), {}};
    for (const Action& action : module->actions()) {
      ActionSchema& row = schema.actions.emplace_back(ActionSchema{action.name, {}});
      for (const Argument& argument : action.arguments) {
        if (argument.type.kind == TypeKind::blob) {
          row.takes_body = true;
          row.needs_body = argument.required;
          continue;
        }
        row.arguments.push_back({argument.name, argument.required});
      }
    }
    all.push_back(std::move(schema));
  }
  return all;
}

std::string schema_json(const Registry& registry) {
  JsonWriter json;
  json.open_object().key("modules").open_array();
  for (const auto& module : registry.modules()) {
    json.open_object().member("name", module->name()).member("summary", module->summary());
    json.key("aliases").open_array();
    for (const std::string& alias : module->aliases()) json.value(alias);
    json.close_array().key("actions").open_array();
    for (const Action& action : module->actions()) {
      json.open_object().member("name", action.name).member("summary", action.summary);
      json.key("arguments").open_array();
      for (const Argument& argument : action.arguments) append_argument(json, argument);
      json.close_array().close_object();
    }
    json.close_array().close_object();
  }
  json.close_array().close_object();
  return json.take();
}

}  // namespace mgr
