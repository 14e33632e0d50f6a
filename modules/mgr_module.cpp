// Helper (root), pure.
#include "modules/mgr_module.h"

#include "mgr_version.h"
#include "protocol/json.h"

namespace mgr {
namespace {

Result<Effect> whoami(const ActionCall& call) {
  const CallerFacts& caller = call.caller;
  JsonWriter json;
  json.open_object().member("transport", caller.transport);
  if (caller.subject.uid) {
    json.member("uid", *caller.subject.uid).member("gid", caller.gid).member("pid", caller.pid);
    json.key("groups").open_array();
    for (const gid_t group : caller.subject.gids) json.value(group);
    json.close_array();
  }
  if (!caller.subject.key.empty()) json.member("key", caller.subject.key);
  json.key("principals").open_array();
  for (const std::string_view principal : caller.principals) json.value(principal);
  json.close_array().close_object();
  return Reply{json.take()};
}

Result<Effect> can_i(const ActionCall& call) {
  const auto text = [&](std::string_view name) {
    const ArgumentValue* value = find_argument(call.arguments, name);
    return value == nullptr ? "" : scalar_text(value->items.front());
  };
  return TellAbilities{text("of_module"), text("of_action")};
}

}  // namespace

MgrModule::MgrModule(ReadyAnswers answers) : Module("mgr", "About mgr itself") {
  add(Proof::none, {"ping", "Answer", {}, [](auto&) { return Reply{}; }});
  add(Proof::none,
      {"version", "The version that runs", {}, [](auto&) {
         return Reply{
             JsonWriter().open_object().member("version", MGR_VERSION).close_object().take()};
       }});
  add(Proof::none, {"whoami", "Who the caller is, as the kernel or a signature tells", {}, whoami});
  ArgumentType name;
  name.max_length = max_name_length;
  add(Proof::none, {"can-i",
                    "What the caller may do",
                    {{"of_module", name, false, "of this module alone"},
                     {"of_action", name, false, "actions of this name alone"}},
                    can_i});
  add(Proof::none, {"modules",
                    "Every action and its arguments",
                    {},
                    [schema = std::move(answers.schema)](auto&) { return Reply{schema}; }});
  add(Proof::kernel,
      {"reload", "Read the configuration again", {}, [](auto&) { return ReloadConfiguration{}; }});
  add(Proof::kernel,
      {"stats", "What mgr has counted since it started", {}, [](auto&) { return TellStats{}; }});
  ArgumentType number{TypeKind::integer};
  number.least = 0;
  number.most = most_policy_parts - 1;
  add(Proof::kernel,
      {"policy",
       "The configuration in force, for mgrctl explain",
       {{"part", number, true, "its number, from 0"}},
       [parts = std::move(answers.policy_parts)](const ActionCall& call) -> Result<Effect> {
         const Scalar& part = call.arguments.front().items.front();
         const auto index = static_cast<std::size_t>(std::get<std::int64_t>(part));
         if (index >= parts.size()) return fail(ErrorCode::not_found, "there is no such part");
         return Reply{parts[index]};
       }});
}

}  // namespace mgr
