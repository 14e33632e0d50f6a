// Rules about things that do not exist, or that no rule is about. Pure; mgr-configure (root's, or
// the caller's) and mgrctl.
#pragma once

#include <vector>

#include "policy/lint/finding.h"
#include "policy/policy_review.h"
#include "protocol/error.h"

namespace mgr {

// unknown-name for each module and action that a rule names and nobody has; idle-condition for each
// argument in its `where` that an action of the rule does not take: there the condition never
// holds, so an allow grants nothing and a deny denies nothing. Also where a condition holds numbers
// alone for an argument that is none, or texts alone for one that is: that grants nothing, or
// denies all; and where it holds a text that is no value of the argument. Those are no errors,
// since a package may bring its rules before its modules. Fails, with "file:line: …", where a
// condition is about a secret or the body, and where an allow has no condition about an argument
// that is to be listed, of any action that it covers.
[[nodiscard]] Result<std::vector<Finding>> lint_names(const Policy& policy,
                                                      const std::vector<KnownModule>& known);

}  // namespace mgr
