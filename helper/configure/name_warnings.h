// Rules about things that do not exist, or that no rule is about. mgr-configure, root; pure.
#pragma once

#include <string>
#include <vector>

#include "modules/registry.h"
#include "policy/policy.h"

namespace mgr {

// What lint_names() of policy/lint/names.h finds, as the warnings of a load: "file:line: …".
[[nodiscard]] Result<std::vector<std::string>> warn_of_names(const Policy& policy,
                                                             const Registry& registry);

}  // namespace mgr
