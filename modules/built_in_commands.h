// How modules.d says that a built-in module's commands are run. The module itself says what its
// actions are and what they take; [module.NAME.action.ACTION] adds the command, its user, limits
// and proof. Pure; part of mgr-helper and mgr-configure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/run_settings.h"
#include "protocol/error.h"

namespace mgr {

// A command that a built-in module can be given.
struct CommandSlot {
  std::string_view action;
  RunMode mode = RunMode::job;
  // What `{…}` in its elements may name. The module always gives all of them.
  std::vector<std::string_view> placeholders;
};

class BuiltInCommands {
 public:
  // Takes [module.NAME] out of what modules.d declares. Fails with file:line where that declares
  // anything that has no slot, an argument, another mode, or a command with a placeholder that the
  // module does not give; and for [module.NAME] itself where there is no slot.
  [[nodiscard]] static Result<BuiltInCommands> take(const std::vector<DeclaredModule>& declared,
                                                    std::string_view module,
                                                    const std::vector<CommandSlot>& slots);

  // Null where modules.d says nothing of it. Valid as long as this.
  [[nodiscard]] const DeclaredAction* find(std::string_view action) const;

 private:
  std::vector<DeclaredAction> actions_;
};

}  // namespace mgr
