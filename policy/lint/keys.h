// Keys that are of no use. Pure; mgrctl.
#pragma once

#include <vector>

#include "policy/lint/finding.h"
#include "policy/policy_review.h"

namespace mgr {

// unused-key and revoked-key, at the key's own record; and proof-nobody-gives at an action that
// wants a signed request, and that rules with "*" allow to principals without keys alone. A
// principal's key that has no record may come with another package; that is a warning of the load.
// There is no clock here: `mgrctl key list` tells which keys count now.
void lint_keys(const PolicyReview& review, std::vector<Finding>& findings);

}  // namespace mgr
