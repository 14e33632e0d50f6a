// scan: integrity scans by task number. start runs the command that modules.d/scan.toml names, one
// job a task, job key scan:ID. Pure.
#pragma once

#include <optional>

#include "modules/module.h"

namespace mgr {

class ScanModule final : public Module {
 public:
  // `declared`: [module.scan.action.start] of modules.d; without it start fails and says so.
  explicit ScanModule(const std::optional<DeclaredAction>& declared);

 private:
  [[nodiscard]] Result<Effect> start(const ActionCall& call) const;

  std::optional<RunSettings> settings_;
};

}  // namespace mgr
