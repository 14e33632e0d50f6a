// Helper (root) and mgr-configure, pure.
#include "modules/module.h"

namespace mgr {

const Action* Module::find(std::string_view action) const {
  for (const Action& row : actions_) {
    if (row.name == action) return &row;
  }
  return nullptr;
}

void Module::add(const BuiltInCommands& commands, Action action, Planner planner) {
  const DeclaredAction* declared = commands.find(action.name);
  if (declared == nullptr) {
    action.handler = [text = "modules.d names no command for the action " + action.name + " of " +
                             name_](auto&) -> Result<Effect> {
      return fail(ErrorCode::failed, text);
    };
    return add(Proof::kernel, RunMode::job, std::move(action));
  }
  action.handler = [run = declared->run, planner = std::move(planner)](const ActionCall& call) {
    return planner(call, run);
  };
  action.confirm = declared->confirm;
  action.run_json = declared->run_json;
  add(declared->min_proof, declared->run.mode, std::move(action));
}

}  // namespace mgr
