// mgrctl, with the caller's own uid. `mgrctl audit …`: what was done, read from the files of the
// audit log (mgr-audit(5)), and whether those are as they were written. Asks nobody.
#pragma once

#include "client/options.h"
#include "client/session.h"

namespace mgr::client {

ExitCode run_audit(const Options& options, const Session& session);

// The parts of it. `words` of the options: audit, the part, FILE…
ExitCode run_audit_head(const Options& options, const Session& session);
ExitCode run_audit_key(const Options& options, const Session& session);
ExitCode run_audit_search(const Options& options, const Session& session);
ExitCode run_audit_tail(const Options& options, const Session& session);
ExitCode run_audit_verify(const Options& options, const Session& session);

}  // namespace mgr::client
