// Starting mgr's own programs: the one file with Boost.Process. Helper, root.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "protocol/descriptor.h"
#include "protocol/error.h"

namespace mgr {

// What mgr-job inherits as descriptors 3 to 7 (job_files.h); borrowed for the call.
struct JobDescriptors {
  int folder = -1;
  int lock = -1;
  int control = -1;
  int cgroup = -1;
  int input = -1;  // -1: /dev/null
};

// Runs `program --drop-to UID:GID` by vfork, with an empty environment and /dev/null as descriptors
// 0 to 2. Returns once it is executed. The result is a pidfd of the process, which is our child and
// must be reaped; it ends soon, leaving the supervisor behind. It starts with all signals blocked.
[[nodiscard]] Result<Descriptor> spawn_mgr_job(const std::string& program, std::uint32_t uid,
                                               std::uint32_t gid, const JobDescriptors& passed);

// Runs `program --sweep JOB` in the same way, with that job's leaf alone: the folder and not its
// name, which the leaf of the job's next attempt has, too.
[[nodiscard]] Result<Descriptor> spawn_sweep(const std::string& program, std::uint64_t job,
                                             int leaf);

// A child whose standard output is a pipe.
struct ChildWithOutput {
  Descriptor output;   // the pipe's end to read from; it does not block
  Descriptor process;  // a pidfd; it must be reaped
};

// Runs `program` with these arguments, an empty environment, /dev/null as standard input and our
// standard error, all signals blocked. Returns once it is executed.
[[nodiscard]] Result<ChildWithOutput> spawn_with_output(const std::string& program,
                                                        const std::vector<std::string>& arguments);

// waitid(P_PIDFD) without waiting. True when the child is reaped or was not ours.
[[nodiscard]] bool reap(const Descriptor& process);

}  // namespace mgr
