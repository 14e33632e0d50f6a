// mgrctl, with the caller's own uid; distrusts the policy, whose texts it hands on.
#include "client/review/known_catalogue.h"

namespace mgr::client {
namespace {

ArgumentHelp help_of(const Argument& argument) {
  ArgumentHelp help;
  help.name = argument.name;
  help.type = type_name(argument.type);
  help.help = argument.help;
  help.required = argument.required;
  help.is_list = argument.type.is_list;
  help.limits = argument.type;
  help.pattern = argument.type.pattern.text();
  return help;
}

ActionMode mode_of(const KnownAction& action) {
  if (!action.mode) return ActionMode::reply;
  if (*action.mode == RunMode::job) return ActionMode::job;
  return *action.mode == RunMode::output ? ActionMode::output : ActionMode::stream;
}

ActionHelp help_of(const KnownAction& action) {
  ActionHelp help;
  help.name = action.name;
  help.summary = action.summary;
  for (const Argument& argument : action.arguments) help.arguments.push_back(help_of(argument));
  help.mode = mode_of(action);
  help.confirm = action.confirm;
  help.min_proof = action.min_proof;
  return help;
}

}  // namespace

Catalogue catalogue_of(const std::vector<KnownModule>& known) {
  Catalogue catalogue;
  for (const KnownModule& module : known) {
    ModuleHelp help{module.name, module.summary, module.aliases, {}};
    for (const KnownAction& action : module.actions) help.actions.push_back(help_of(action));
    catalogue.modules.push_back(std::move(help));
  }
  return catalogue;
}

}  // namespace mgr::client
