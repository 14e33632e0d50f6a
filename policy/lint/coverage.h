// Whether one rule has decided already what another is about. Pure; mgrctl.
#pragma once

#include <string>

#include "policy/policy.h"

namespace mgr {

// Whom no caller on this machine is. (Keys match nobody in this version.)
[[nodiscard]] bool is_for_nobody(const Principal& principal);
[[nodiscard]] bool is_for_nobody(const Policy& policy, const Rule& rule);

// Whether the rule names that action of the module; "*" is named by "*" alone.
[[nodiscard]] bool names(const Rule& rule, const std::string& module, const std::string& action);

// The rule that decides before `policy.rules[index]`, an allow, whatever that one could allow: an
// allow before it, or a deny anywhere, with the same callers or more, the same actions or more, and
// no condition that is not implied. nullptr where something is left to it, as far as can be told;
// and where all that decides instead are allows of other files that grant the very same, since each
// package brings what it needs.
[[nodiscard]] const Rule* rule_instead_of(const Policy& policy, std::size_t index);

// Whether somebody may be both principals of two rules, and both name some action. False only
// where that is certain.
[[nodiscard]] bool may_meet(const Policy& policy, const Rule& one, const Rule& other);

}  // namespace mgr
