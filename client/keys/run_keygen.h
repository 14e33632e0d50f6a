// mgrctl, with the caller's own uid.
#pragma once

#include "client/options.h"
#include "client/session.h"

namespace mgr::client {

// `mgrctl keygen [ID]`: makes a private key, and prints on standard output the command that lets it
// in. Asks nobody, and writes over nothing.
ExitCode run_keygen(const Options& options, const Session& session);

}  // namespace mgr::client
