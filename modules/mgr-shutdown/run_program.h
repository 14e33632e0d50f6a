// mgr-shutdown · root · the one place that starts a program: shutdown(8) and wall(1).
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "modules/mgr-shutdown/result.h"

namespace mgr_shutdown {

// An absolute path and its arguments, as they are: no shell, no search in PATH. The environment is
// fixed, signals are unblocked, standard output and error are ours, standard input is empty.
[[nodiscard]] Result<pid_t> run_program(const std::vector<std::string>& command);

}  // namespace mgr_shutdown
