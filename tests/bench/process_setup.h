// Benchmarks only: what a measuring process asks of the system before it starts.
#pragma once

#include <sys/types.h>

namespace mgr::bench {

// Raises the soft limit of open files (getrlimit(2), RLIMIT_NOFILE) to the hard one. Throws
// std::system_error.
void raise_open_file_limit();

// SIGTERM reaches this process when `parent`, its parent, ends (PR_SET_PDEATHSIG, prctl(2)); exits
// at once when that has happened already. Throws std::system_error.
void end_with_parent(pid_t parent);

}  // namespace mgr::bench
