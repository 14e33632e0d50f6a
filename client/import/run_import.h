// mgrctl, with the caller's own uid: `mgrctl import FORMAT FILE…`. Asks no daemon. Distrusts the
// files.
#pragma once

#include "client/options.h"
#include "client/session.h"

namespace mgr::client {

// Reads the files, writes modules.d and rules.d to --into or to standard output, and tells on
// standard error what was taken over and what needs a human. The code is ok, also where something
// does; usage where a file cannot be read, is not of that format, or cannot be written.
[[nodiscard]] ExitCode run_import(const Options& options, const Session& session);

}  // namespace mgr::client
