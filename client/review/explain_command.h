// mgrctl, with the caller's own uid. `mgrctl explain`.
#pragma once

#include "client/command.h"
#include "client/options.h"
#include "client/session.h"

namespace mgr::client {

// `explain MODULE ACTION [VALUE…]`, of which the words behind the first are bound as those of a
// request are. Exits with ok where it is allowed, denied where it is not, usage where no rule is
// looked at.
[[nodiscard]] ExitCode run_explain(const Options& options, const Session& session);

// Of a request of this process that was denied: the command line that tells an admin why. Words
// that a shell would not take as they stand are left out.
[[nodiscard]] std::string explain_hint(const Command& command, const std::string& key);

}  // namespace mgr::client
