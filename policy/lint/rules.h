// What is wrong with rules, seen together. Pure; mgrctl.
#pragma once

#include <sys/types.h>

#include <optional>
#include <vector>

#include "policy/lint/finding.h"
#include "policy/policy_review.h"

namespace mgr {

// Whether nobody is this principal but root and the group of the admins, and keys that stand beside
// them: root has named those as theirs. Keys alone are somebody else's.
[[nodiscard]] bool is_admin(const Principal& principal, std::optional<gid_t> admin_gid);

// Rules that are never reached or are for nobody, and grants that go further than they should.
// Sound: what is called dead decides no request, whoever makes it, with the users and groups of
// this machine; not everything that is dead is found.
void lint_rules(const PolicyReview& review, std::optional<gid_t> admin_gid,
                std::vector<Finding>& findings);

}  // namespace mgr
