// What rules and modules.d say of the modules that end services and the machine. Pure; mgrctl.
#pragma once

#include <sys/types.h>

#include <optional>
#include <vector>

#include "policy/lint/finding.h"
#include "policy/policy_review.h"

namespace mgr {

// Units that are root's shell, or end the machine or mgr itself, where a rule lists them for an
// action that starts or stops units, or where it lists none; whichever module that is of. Mail to
// anybody for others than the admins. A forced shutdown by others than the admins, which no
// [[deny]] takes back. And shutdown without a signature.
void lint_built_in(const PolicyReview& review, std::optional<gid_t> admin_gid,
                   std::vector<Finding>& findings);

}  // namespace mgr
