// mgrctl, with the caller's own uid. `mgrctl policy …`: what is done with a policy as a whole.
#pragma once

#include "client/options.h"
#include "client/session.h"

namespace mgr::client {

// `policy WORD …`, by the table of words.
[[nodiscard]] ExitCode run_policy(const Options& options, const Session& session);

}  // namespace mgr::client
