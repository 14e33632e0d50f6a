// service: the systemd units that the policy lists. start, stop, restart and reload are jobs with
// the key service:UNIT; status and logs answer with what their command prints. The commands are
// named by modules.d/service.toml. mgr-service(8). Pure.
#pragma once

#include "modules/module.h"

namespace mgr {

class ServiceModule final : public Module {
 public:
  // What [module.service] of modules.d may say.
  [[nodiscard]] static std::vector<CommandSlot> slots();

  explicit ServiceModule(const BuiltInCommands& commands);
};

}  // namespace mgr
