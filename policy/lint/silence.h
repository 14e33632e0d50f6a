// Findings that the policy's author has looked at and accepts, by a comment in the file. Pure;
// mgrctl.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/lint/finding.h"

namespace mgr {

struct PolicyText {
  std::string file;  // as findings name it
  std::string text;
};

// Takes out the findings that a comment allows:
//   # mgr-lint: allow CODE[, CODE…] why it is right here
// on the line of the rule's or action's table, or above it with nothing but comments between. Adds
// a finding for each such comment that has a code which does not exist, gives no reason, or allows
// what was not found: a policy's comments should not promise more than is so.
void apply_silences(const std::vector<PolicyText>& texts, std::vector<Finding>& findings);

}  // namespace mgr
