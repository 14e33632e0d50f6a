// scan: integrity scans by task number. start runs the command that modules.d/scan.toml names, one
// job a task, job key scan:ID. Pure.
#pragma once

#include "modules/module.h"

namespace mgr {

class ScanModule final : public Module {
 public:
  // What [module.scan] of modules.d may say.
  [[nodiscard]] static std::vector<CommandSlot> slots();

  explicit ScanModule(const BuiltInCommands& commands);
};

}  // namespace mgr
