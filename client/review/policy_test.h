// mgrctl, with the caller's own uid. `mgrctl policy test`.
#pragma once

#include "client/options.h"
#include "client/session.h"

namespace mgr::client {

// `policy test FILE…`: prints what of the expectations in the files does not hold, with its
// explanation, and a sum. Exits with failed where something does not hold, and with usage where a
// file or the policy has a mistake in it.
[[nodiscard]] ExitCode run_policy_test(const Options& options, const Session& session);

}  // namespace mgr::client
