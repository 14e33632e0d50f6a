// mgrctl, with the caller's own uid: `mgrctl setup`. Needs no daemon.
#pragma once

#include "client/options.h"
#include "client/session.h"

namespace mgr::client {

// Asks which web user may ask for what, who the admin is and where mgr listens, of the terminal and
// of the options; writes rules.d/10-setup.toml below /etc/mgr of --root once the whole policy has
// been looked at with it; has a running helper load it; and tries a request. --dry-run prints the
// file instead. Exits with usage where an answer is missing or wrong, or the file was edited by
// hand and is not to be replaced; nothing is written then.
[[nodiscard]] ExitCode run_setup(const Options& options, const Session& session);

}  // namespace mgr::client
