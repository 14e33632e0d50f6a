// mgrctl, with the caller's own uid. The policy that a command is about, or the end of it.
#pragma once

#include <tl/expected.hpp>

#include "client/options.h"
#include "client/review/policy_source.h"
#include "client/session.h"

namespace mgr::client {

// What is in force, or the files in --files. What goes wrong is printed; then there is the exit
// code: usage for files with a mistake in them.
[[nodiscard]] tl::expected<SourcedPolicy, ExitCode> load_policy(const Options& options,
                                                                const Session& session);

}  // namespace mgr::client
