// mgrctl, with the caller's own uid; distrusts the free texts of the schema.
#include "client/help.h"

#include "client/display.h"

namespace mgr::client {
namespace {

using Rows = std::vector<std::vector<std::string>>;

std::string heading(const std::string& usage, const std::string& summary) {
  return "Usage: mgrctl " + usage + '\n' + (summary.empty() ? "" : harmless(summary) + '\n');
}

Rows action_rows(const ModuleHelp& module, const std::string& indent) {
  Rows rows;
  for (const ActionHelp& action : module.actions) {
    rows.push_back({indent + action.name, action.summary});
  }
  return rows;
}

// " task_ids=… [force=…]"
std::string argument_usage(const ActionHelp& action) {
  std::string usage;
  for (const ArgumentHelp& argument : action.arguments) {
    usage += argument.required ? " " + argument.name + "=…" : " [" + argument.name + "=…]";
  }
  return usage;
}

}  // namespace

std::string catalogue_help(const Catalogue& catalogue) {
  Rows rows;
  for (const ModuleHelp& module : catalogue.modules) {
    rows.push_back({module.name, module.summary});
    for (auto& row : action_rows(module, "  ")) rows.push_back(std::move(row));
  }
  return rows.empty() ? "no modules\n" : render_table(rows);
}

std::string module_help(const ModuleHelp& module) {
  std::string text = heading(module.name + " ACTION [name=value…]", module.summary);
  if (!module.aliases.empty()) {
    text += "Also called";
    for (const std::string& alias : module.aliases) text += ' ' + alias;
    text += '\n';
  }
  return text + "\nActions:\n" + render_table(action_rows(module, "  "));
}

std::string action_help(const ModuleHelp& module, const ActionHelp& action) {
  const std::string usage = module.name + " " + action.name;
  std::string text = heading(usage + argument_usage(action), action.summary);
  if (action.arguments.empty()) return text;
  Rows rows;
  for (const ArgumentHelp& argument : action.arguments) {
    rows.push_back({"  " + argument.name, argument.type,
                    argument.required ? "required" : "optional", argument.help});
  }
  text += "\nArguments:\n" + render_table(rows);
  return text + "\nA value without a name is that of " + action.arguments.front().name + ".\n";
}

}  // namespace mgr::client
