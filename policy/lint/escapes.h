// What a caller's values can do among the options and operands of a program that does more with
// them than its name says. Pure; mgrctl.
#pragma once

#include <vector>

#include "policy/lint/finding.h"
#include "policy/lint/programs.h"
#include "policy/run_settings.h"

namespace mgr {

// `program` is the place of it in the action's command. The first that is found; a command has to
// be looked at once.
void lint_escapes(const DeclaredAction& action, const EscapeProgram& escape, std::size_t program,
                  std::vector<Finding>& findings);

}  // namespace mgr
