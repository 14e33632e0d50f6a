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

// Runs `program` with these arguments to its end, with an empty environment, /dev/null as standard
// input and our standard error, and gives what it wrote, at most `most` bytes. Fails where it
// cannot be executed, writes more, or does not exit with 0. Waits.
[[nodiscard]] Result<std::string> read_output_of(const std::string& program,
                                                 const std::vector<std::string>& arguments,
                                                 std::size_t most);

// waitid(P_PIDFD) without waiting. True when the child is reaped or was not ours.
[[nodiscard]] bool reap(const Descriptor& process);

}  // namespace mgr
