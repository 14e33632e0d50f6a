// The folders that paths may be beneath. mgr-configure, root; distrusts who else can write there.
#pragma once

#include <string>
#include <vector>

#include "policy/run_settings.h"

namespace mgr {

// "file:line: …" for each root of a path that somebody else than root can rename, or put another
// folder in the place of: a folder above it is not root's alone. What lies in such a place is then
// theirs to say, so far as the command's user may open it. No error, since that user may be who
// owns the place.
[[nodiscard]] std::vector<std::string> loose_roots(const std::vector<DeclaredModule>& modules);

}  // namespace mgr
