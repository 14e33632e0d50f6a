// How an action is run: as whom, with what in its environment. Pure; mgrctl.
#pragma once

#include <string_view>
#include <vector>

#include "policy/lint/finding.h"
#include "policy/run_settings.h"

namespace mgr {

// Root's rights near a caller's values, rights that were left on, and what an environment gives
// away. Whether the folders of PATH are root's own is lint_files' to see.
void lint_settings(const DeclaredAction& action, std::vector<Finding>& findings);

// Whether a variable decides what code runs in a command, or what it starts.
[[nodiscard]] bool loads_code(std::string_view variable);

// The value of a variable; empty where it is not set.
[[nodiscard]] std::string_view variable(const RunSettings& run, std::string_view name);

}  // namespace mgr
