// mgrctl, with the caller's own uid.
#pragma once

#include "client/options.h"
#include "client/session.h"

namespace mgr::client {

// `mgrctl host HOST:PORT`: this machine as a line of known_hosts, under the name by which others
// reach it. Asks nobody: it is read from the file that the first start of mgr-helper made.
ExitCode run_host(const Options& options, const Session& session);

}  // namespace mgr::client
