// Helper (root) and mgr-configure, pure; reads root's configuration.
#include "modules/built_in_commands.h"

#include <algorithm>

namespace mgr {
namespace {

// The first placeholder of the command that is not among `known`; "" for none.
std::string unknown_placeholder(const std::vector<std::string>& command,
                                const std::vector<std::string_view>& known) {
  for (std::string_view rest : command) {
    while (!rest.empty()) {
      const std::size_t open = rest.find('{');
      const std::size_t close = rest.find('}', open);
      if (close == std::string_view::npos) break;
      const std::string_view name = rest.substr(open + 1, close - open - 1);
      if (std::ranges::find(known, name) == known.end()) return std::string(name);
      rest.remove_prefix(close + 1);
    }
  }
  return "";
}

// What is wrong with it; "" for nothing.
std::string objection(const DeclaredAction& action, const std::vector<CommandSlot>& slots) {
  const auto slot = std::ranges::find(slots, action.name, &CommandSlot::action);
  if (slot == slots.end()) return "has no command of this name to be given";
  if (!action.arguments.empty()) return action.name + " takes no arguments but its own";
  if (action.run.mode != slot->mode) {
    return action.name + " has mode \"" +
           std::string(run_mode_words.at(static_cast<std::size_t>(slot->mode))) + "\" and no other";
  }
  const std::string name = unknown_placeholder(action.run.argv, slot->placeholders);
  return name.empty() ? ""
                      : action.name + "'s command names '" + name + "', which it does not give";
}

}  // namespace

Result<BuiltInCommands> BuiltInCommands::take(const std::vector<DeclaredModule>& declared,
                                              std::string_view module,
                                              const std::vector<CommandSlot>& slots) {
  BuiltInCommands commands;
  const auto found = std::ranges::find(declared, module, &DeclaredModule::name);
  if (found == declared.end()) return commands;
  if (slots.empty()) {
    return fail(ErrorCode::failed, found->file + ':' + std::to_string(found->line) +
                                       ": the module " + found->name + " is built in");
  }
  for (const DeclaredAction& action : found->actions) {
    const std::string wrong = objection(action, slots);
    if (!wrong.empty()) {
      return fail(ErrorCode::failed, action.file + ':' + std::to_string(action.line) +
                                         ": the module " + found->name + ": " + wrong);
    }
    commands.actions_.push_back(action);
  }
  return commands;
}

const DeclaredAction* BuiltInCommands::find(std::string_view action) const {
  const auto found = std::ranges::find(actions_, action, &DeclaredAction::name);
  return found == actions_.end() ? nullptr : &*found;
}

}  // namespace mgr
