// The limits of each process of a job (setrlimit(2)). The child of mgr-job, root.
#pragma once

#include "policy/run_settings.h"

namespace mgr {

// Sets those that the settings name; inherited by all that the command starts, and for good: soft
// and hard limit are the same, but for RLIMIT_CPU, whose soft limit is SIGXCPU and whose hard one
// is SIGKILL. That is a second of processor time later, in which a program that catches SIGXCPU can
// put its work away. Makes no allocation. Gives the setting that could not be kept, with errno set,
// or nothing: EPERM where the limit is above the hard one of mgr-job and CAP_SYS_RESOURCE is
// missing, as in many containers.
[[nodiscard]] const char* set_process_limits(const RunSettings& run);

}  // namespace mgr
