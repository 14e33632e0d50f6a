// Rules about things that do not exist, or that no rule is about. mgr-configure, root; pure.
#pragma once

#include <string>
#include <vector>

#include "modules/registry.h"
#include "policy/policy.h"

namespace mgr {

// "file:line: …" for each module and action that a rule names and nobody has, and for each argument
// in its `where` that an action of the rule does not take: there the condition never holds, so an
// allow grants nothing and a deny denies nothing. Also where a condition holds numbers alone for an
// argument that is none, or texts alone for one that is: that grants nothing, or denies all. Those
// are warnings, since a package may bring its rules before its modules. Fails, in the same form,
// where a condition is about a secret or the body.
[[nodiscard]] Result<std::vector<std::string>> lint_policy(const Policy& policy,
                                                           const Registry& registry);

}  // namespace mgr
