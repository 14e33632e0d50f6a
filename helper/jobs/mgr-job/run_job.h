// One job from its spec to its exit record: mgr-job's story. Root until the command runs, then
// user mgr-job with CAP_KILL.
#pragma once

#include <cstdint>

namespace mgr {

struct DropTo {
  std::uint32_t uid;
  std::uint32_t gid;
};

// How mgr-job ends where it cannot even record why (sysexits.h).
inline constexpr int exit_usage = 64;
inline constexpr int exit_bad_spec = 65;
inline constexpr int exit_bad_descriptors = 66;
inline constexpr int exit_records = 73;  // or the job was started before

// Ends the process, with 0 once the exit is recorded. The process that was executed ends early:
// a clone of it, born in the cgroup `supervisors`, goes on. (Moving oneself by cgroup.procs waits
// for an RCU grace period, 10 ms and more; being born there costs 0.1 ms.)
[[noreturn]] void run_job(DropTo drop_to);

}  // namespace mgr
