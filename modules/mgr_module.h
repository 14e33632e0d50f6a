// mgr: about the software itself: ping, version, whoami, can-i, modules, policy, reload. Pure.
#pragma once

#include <string>
#include <vector>

#include "modules/module.h"

namespace mgr {

// What mgr-configure composed for clients, as JSON.
struct ReadyAnswers {
  std::string schema;                     // of modules: every action and its arguments
  std::vector<std::string> policy_parts;  // of policy: the configuration in force, part by part
};

inline constexpr std::size_t most_policy_parts = 64;

class MgrModule final : public Module {
 public:
  explicit MgrModule(ReadyAnswers answers);
};

}  // namespace mgr
