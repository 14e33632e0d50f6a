// mgr-configure, root; pure.
#include "modules/schema.h"

#include "policy/type_name.h"
#include "protocol/json.h"

namespace mgr {
namespace {

void append_texts(JsonWriter& json, std::string_view name, const std::vector<std::string>& texts) {
  json.key(name).open_array();
  for (const std::string& text : texts) json.value(text);
  json.close_array();
}

void append_limits(JsonWriter& json, const ArgumentType& type) {
  if (is_number(type.kind)) {
    json.member("min", type.least).member("max", type.most);
  } else if (type.kind == TypeKind::string || type.kind == TypeKind::secret) {
    json.member("max_length", type.max_length);
    if (!type.pattern.empty()) json.member("pattern", type.pattern.text());
    if (!type.form.empty()) json.member("form", type.form);
  } else if (type.kind == TypeKind::enumeration) {
    append_texts(json, "values", type.choices);
  } else if (type.kind == TypeKind::unit && !type.choices.empty()) {
    append_texts(json, "values", type.choices);
  } else if (type.kind == TypeKind::path) {
    append_texts(json, "roots", type.roots);
    json.member("kind", word_of(type.path_kind));
  } else if (type.kind == TypeKind::blob) {
    json.member("max_length", max_body_length);
  }
  if (type.is_list) json.member("max_items", type.max_items);
  if (type.listed) json.member("listed", true);
}

void append_argument(JsonWriter& json, const Argument& argument) {
  json.open_object().member("name", argument.name).member("type", type_name(argument.type));
  json.member("required", argument.required).member("help", argument.help);
  append_limits(json, argument.type);
  json.close_object();
}

void append_action(JsonWriter& json, const Action& action) {
  json.open_object().member("name", action.name).member("summary", action.summary);
  json.member("mode", action.mode ? word_of(*action.mode) : "reply");
  if (action.confirm) json.member("confirm", true);
  json.member("min_proof", word_of(action.min_proof)).key("arguments").open_array();
  for (const Argument& argument : action.arguments) append_argument(json, argument);
  json.close_array().close_object();
}

}  // namespace

std::vector<ModuleSchema> broker_schema(const Registry& registry) {
  std::vector<ModuleSchema> all;
  for (const auto& module : registry.modules()) {
    ModuleSchema schema{module->name(), module->aliases(), {}};
    for (const Action& action : module->actions()) {
      ActionSchema& row = schema.actions.emplace_back(ActionSchema{action.name, {}});
      for (const Argument& argument : action.arguments) {
        // The body is no field, so the broker knows no field of that name.
        if (argument.type.kind == TypeKind::blob) {
          row.takes_body = true;
          row.needs_body = argument.required;
        } else {
          row.arguments.push_back({argument.name, argument.required});
        }
      }
    }
    all.push_back(std::move(schema));
  }
  return all;
}

std::vector<KnownModule> known_modules(const Registry& registry) {
  std::vector<KnownModule> all;
  for (const auto& module : registry.modules()) {
    KnownModule& known =
        all.emplace_back(KnownModule{module->name(), module->summary(), module->aliases(), {}});
    for (const Action& action : module->actions()) {
      known.actions.push_back({action.name, action.summary, action.arguments, action.min_proof,
                               action.confirm, action.mode});
    }
  }
  return all;
}

std::string schema_json(const Registry& registry) {
  JsonWriter json;
  json.open_object().key("modules").open_array();
  for (const auto& module : registry.modules()) {
    json.open_object().member("name", module->name()).member("summary", module->summary());
    append_texts(json, "aliases", module->aliases());
    json.key("actions").open_array();
    for (const Action& action : module->actions()) append_action(json, action);
    json.close_array().close_object();
  }
  json.close_array().close_object();
  return json.take();
}

}  // namespace mgr
