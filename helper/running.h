// What is in force: the policy, the actions, and the settings beside them, all of one
// configuration. Helper, root. A reload builds another and swaps it as a whole, between two turns
// of the loop.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "helper/audit_log.h"
#include "helper/configuration.h"
#include "helper/signers.h"
#include "modules/registry.h"
#include "policy/decide.h"
#include "protocol/paths.h"

namespace mgr {

struct Running {
  CompiledConfiguration configuration;  // but for its policy and modules, which are the others'
  Decider decider;
  std::unique_ptr<Registry> registry;
  Signers signers{};
  std::uint64_t number = 0;  // one more for each reload
};

// Whoever needs what is in force has a reference to this and looks each time: what a Running holds
// is gone after the turn in which another came, rules, actions and names of principals among it.
using InForce = std::unique_ptr<const Running>;

// Reads the secrets of its keys, which are below `paths`.
[[nodiscard]] Result<std::unique_ptr<Running>> build_running(LoadedConfiguration loaded,
                                                             const Paths& paths);

// Of mgr.toml, for the audit log.
[[nodiscard]] AuditLimits audit_limits(const CompiledConfiguration& configuration);

// What a helper cannot change while it runs stays as it is `now`, in `next` too. The settings of
// mgr.toml that `next` has otherwise: "helper.broker_user", and so on.
[[nodiscard]] std::vector<std::string> keep_until_restart(const CompiledConfiguration& now,
                                                          CompiledConfiguration& next);

}  // namespace mgr
