// mgrctl, with the caller's own uid. `mgrctl doctor`: looks at an installation of this machine and
// says what is wrong with it, and what to do. It reads, and changes nothing.
#pragma once

#include "client/exit_code.h"
#include "client/options.h"
#include "client/session.h"

namespace mgr::client {

// ok where nothing has failed, whatever it warns of or could not look at; else failed.
ExitCode run_doctor(const Options& options, const Session& session);

}  // namespace mgr::client
