// mgrctl, with the caller's own uid; distrusts the free texts of the schema.
#include "client/help.h"

#include "client/binding.h"
#include "client/display.h"

namespace mgr::client {
namespace {

constexpr std::size_t longest_summary = 100;  // in a table of many

using Rows = std::vector<std::vector<std::string>>;

std::string heading(const std::string& usage, const std::string& summary) {
  return "Usage: mgrctl " + usage + '\n' + (summary.empty() ? "" : harmless(summary) + '\n');
}

Rows action_rows(const ModuleHelp& module, const std::string& indent) {
  Rows rows;
  for (const ActionHelp& action : module.actions) {
    rows.push_back({indent + action.name, shortened(action.summary, longest_summary)});
  }
  return rows;
}

Rows argument_rows(const ActionHelp& action) {
  Rows rows;
  for (const ArgumentHelp& argument : action.arguments) {
    rows.push_back(
        {"  " + argument.name, argument.required ? "required" : "optional",
         argument.limits ? type_words(*argument.limits, argument.pattern) : argument.type});
    if (!argument.help.empty()) rows.push_back({"", "", argument.help});
  }
  return rows;
}

std::string how_to_write(const ActionHelp& action) {
  const std::vector<const ArgumentHelp*> positionals = action.positionals();
  if (positionals.empty()) return "";
  std::string text = "\nEach value may be written as name=value as well, in any order.\n";
  if (positionals.back()->is_list) {
    text += "A list is one word with commas; the last argument takes several words too.\n";
  }
  return text;
}

std::string what_it_wants(const ActionHelp& action) {
  std::string text;
  if (action.confirm) text += "It asks whether it is really meant; --yes says so beforehand.\n";
  if (action.min_proof == Proof::signature) {
    text +=
        "It wants a signed request: with a key, as mgrctl keygen makes one, every request is.\n";
  }
  return text;
}

std::string how_it_answers(ActionMode mode) {
  switch (mode) {
    case ActionMode::job:
      return "It starts a job and does not wait for its end; --wait does.\n";
    case ActionMode::output:
      return "It answers when its command has ended, with what that printed.\n";
    case ActionMode::stream:
      return "It prints what its command prints, until that has ended.\n";
    case ActionMode::reply:
    case ActionMode::unknown:
      break;
  }
  return "";
}

}  // namespace

std::string catalogue_help(const Catalogue& catalogue) {
  Rows rows;
  for (const ModuleHelp& module : catalogue.modules) {
    rows.push_back({module.name, shortened(module.summary, longest_summary)});
    for (auto& row : action_rows(module, "  ")) rows.push_back(std::move(row));
  }
  return rows.empty() ? "no modules\n" : render_table(rows);
}

std::string module_help(const ModuleHelp& module) {
  std::string text = heading(module.name + " ACTION [VALUE…]", module.summary);
  if (!module.aliases.empty()) {
    text += "Also called";
    for (const std::string& alias : module.aliases) text += ' ' + alias;
    text += '\n';
  }
  return text + "\nActions:\n" + render_table(action_rows(module, "  "));
}

std::string action_help(const ModuleHelp& module, const ActionHelp& action) {
  std::string text =
      heading(module.name + " " + action.name + argument_usage(action), action.summary);
  if (!action.arguments.empty()) {
    text += "\nArguments:\n" + render_table(argument_rows(action)) + how_to_write(action);
  }
  const std::string notes = what_it_wants(action) + how_it_answers(action.mode);
  return notes.empty() ? text : text + '\n' + notes;
}

}  // namespace mgr::client
