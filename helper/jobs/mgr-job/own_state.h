// What mgr-job undoes of the state that it inherited, for itself and for the command. Root.
#pragma once

#include "protocol/error.h"

namespace mgr {

// True where descriptors 3 to 7 are what job_files.h says. Opens /dev/null as 0 to 2 where they are
// closed, closes everything from 8 on, and lets nothing pass an execve.
[[nodiscard]] bool check_inherited_descriptors();

// Blocks all signals but those of our own faults; SIGTERM is read elsewhere. What becomes of
// children, nice, scheduling, personality, oom_score_adj, limits, umask, session keyring and
// inheritable capabilities are as a fresh process has them; no dumps.
[[nodiscard]] Result<void> reset_own_state();

// For the command's child: makes no allocation. All signals to their defaults, none blocked.
void reset_signals();

}  // namespace mgr
