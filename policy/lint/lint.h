// The whole look at a policy. mgrctl, with the caller's own uid.
#pragma once

#include <sys/types.h>

#include <optional>
#include <vector>

#include "policy/lint/file_view.h"
#include "policy/lint/finding.h"
#include "policy/lint/silence.h"
#include "policy/policy_review.h"

namespace mgr {

// All that is found, but for what the files' own comments allow; by file and line. `admin_gid` is
// the group of the admins, where the machine has it.
[[nodiscard]] std::vector<Finding> lint(const PolicyReview& review, std::optional<gid_t> admin_gid,
                                        const FileView& files,
                                        const std::vector<PolicyText>& texts);

}  // namespace mgr
