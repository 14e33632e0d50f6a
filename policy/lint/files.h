// The files that an action runs, reads and works in. mgrctl, with the caller's own uid; distrusts
// whoever but root, and the action's own user, can write them.
#pragma once

#include <vector>

#include "policy/lint/file_view.h"
#include "policy/lint/finding.h"
#include "policy/run_settings.h"

namespace mgr {

// The command, what it starts behind env(1) and the like, scripts and their interpreters, each
// folder and link on the way; the working folder, the folders of PATH for root, files that stand in
// the command, and what lies above the roots of paths.
void lint_files(const DeclaredAction& action, const FileView& files,
                std::vector<Finding>& findings);

}  // namespace mgr
