// mgrctl, with the caller's own uid. `mgrctl policy check`.
#pragma once

#include "client/options.h"
#include "client/session.h"

namespace mgr::client {

// `policy check`: whether a helper would start with the files of /etc/mgr below --root, or with
// those of --files, and what it would warn of. What could not be looked at is said: without root
// the machine, of --files who owns them too. Exits with usage where they have a mistake in them.
[[nodiscard]] ExitCode run_policy_check(const Options& options, const Session& session);

}  // namespace mgr::client
