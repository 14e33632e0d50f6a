// mgr-helper, root; pure. Distrusts the names that are asked for.
#include "helper/abilities.h"

#include "protocol/json.h"

namespace mgr {
namespace {

constexpr std::size_t longest_list = 768 << 10;  // an answer ends

void append_rules(JsonWriter& json, std::string_view name, const std::vector<const Rule*>& rules) {
  json.key(name).open_array();
  for (const Rule* rule : rules) json.raw(rule->where_json);
  json.close_array();
}

std::string ability_object(const Module& module, const Action& action, const Ability& ability) {
  JsonWriter json;
  json.open_object().member("module", module.name()).member("action", action.name);
  json.member("min_proof", proof_words.at(static_cast<std::size_t>(action.min_proof)));
  if (action.confirm) json.member("confirm", true);
  if (!ability.always) append_rules(json, "when", ability.allows);
  if (!ability.denies.empty()) append_rules(json, "unless", ability.denies);
  if (ability.more) json.member("more", true);
  return json.close_object().take();
}

}  // namespace

std::string abilities_object(const Registry& registry, const Decider& decider, const Caller& caller,
                             const TellAbilities& asked) {
  JsonWriter json;
  json.open_object().key("actions").open_array();
  std::size_t left_out = 0;
  for (const auto& module : registry.modules()) {
    if (!asked.module.empty() && asked.module != module->name()) continue;
    for (const Action& action : module->actions()) {
      if (!asked.action.empty() && asked.action != action.name) continue;
      const Ability ability =
          decider.ability(caller.subject(), module->name(), action.name, action.arguments);
      if (!ability.is_some() || caller.proof() < action.min_proof) continue;
      const std::string told = ability_object(*module, action, ability);
      const bool fits = left_out == 0 && json.text().size() + told.size() <= longest_list;
      if (fits) json.raw(told);
      if (!fits) ++left_out;
    }
  }
  json.close_array();
  if (left_out > 0) json.member("left_out", left_out);
  return json.close_object().take();
}

}  // namespace mgr
