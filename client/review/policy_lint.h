// mgrctl, with the caller's own uid. `mgrctl policy lint`.
#pragma once

#include "client/options.h"
#include "client/session.h"

namespace mgr::client {

// `policy lint`: prints what is as good as root, or dead, in the files of --files, or of /etc/mgr
// below --root. Exits with failed where something is found, and with usage where the files have a
// mistake in them.
[[nodiscard]] ExitCode run_policy_lint(const Options& options, const Session& session);

}  // namespace mgr::client
