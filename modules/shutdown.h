// shutdown: the machine is powered off, restarted or halted, at once or after a delay. Each runs
// the command that modules.d/shutdown.toml names, as a job that lives as long as the shutdown is
// scheduled; its key is "shutdown", so there is one at a time. cancel stops that job. Pure.
#pragma once

#include "modules/module.h"

namespace mgr {

class ShutdownModule final : public Module {
 public:
  // What [module.shutdown] of modules.d may say.
  [[nodiscard]] static std::vector<CommandSlot> slots();

  explicit ShutdownModule(const BuiltInCommands& commands);
};

}  // namespace mgr
