// mgrctl, with the caller's own uid. What `mgrctl --help` says below the options.
#pragma once

namespace mgr::client {

// The commands, which words win, whom it asks, what it signs with, and the exit codes.
extern const char* const commands_help;

}  // namespace mgr::client
