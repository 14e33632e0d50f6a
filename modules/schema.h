// What the modules offer, told to others: to the broker, so that it refuses what cannot be right,
// and to clients, for forms, help and completion. mgr-configure alone, pure.
#pragma once

#include <string>
#include <vector>

#include "modules/registry.h"
#include "policy/policy_review.h"
#include "protocol/root_language.h"

namespace mgr {

[[nodiscard]] std::vector<ModuleSchema> broker_schema(const Registry& registry);

[[nodiscard]] std::vector<KnownModule> known_modules(const Registry& registry);

// {"modules":[{"name":"scan","summary":"…","aliases":[…],"actions":[{"name":"start",…}]}]}
[[nodiscard]] std::string schema_json(const Registry& registry);

}  // namespace mgr
