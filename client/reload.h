// mgrctl, with the caller's own uid. Distrusts the daemon's answers.
#pragma once

#include "client/options.h"
#include "client/session.h"

namespace mgr::client {

// Has it done, and prints warnings as they come; the reply, or none.
[[nodiscard]] Outcome<Reply> reload(const Session& session, const std::string& on_behalf_of);

// `mgrctl reload`: has the running helper read its configuration again. Prints to standard error
// what the files are warned of, and what counts from a restart alone.
ExitCode run_reload(const Options& options, const Session& session);

}  // namespace mgr::client
