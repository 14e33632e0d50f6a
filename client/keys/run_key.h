// mgrctl, with the caller's own uid; distrusts the files' authors, and the daemon's answers.
#pragma once

#include "client/options.h"
#include "client/session.h"

namespace mgr::client {

// `mgrctl key add | list | revoke`: the records in keys.d of this machine, below --root. What is
// written is checked as mgr would load it, and then the daemon is asked to load it.
ExitCode run_key(const Options& options, const Session& session);

}  // namespace mgr::client
