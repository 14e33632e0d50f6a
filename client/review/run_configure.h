// mgrctl, with the caller's own uid. Runs mgr-configure, which reads policies.
#pragma once

#include <string>
#include <vector>

#include "client/failure.h"
#include "policy/compiled.h"

namespace mgr::client {

// Runs `libexec`/mgr-configure with these arguments to its end, with an empty environment, nothing
// on standard input and our standard error. Fails with cannot_connect where it cannot be executed,
// ends with another status than 0, or writes what is no outcome.
[[nodiscard]] Outcome<CompileOutcome> run_configure(const std::string& libexec,
                                                    const std::vector<std::string>& arguments);

}  // namespace mgr::client
