// What this machine can do for a job, and the actions that want more. mgr-configure, root; trusts
// the kernel and root's configuration.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "policy/run_settings.h"
#include "protocol/error.h"

namespace mgr {

struct Machine {
  std::string tree;                // the folder of the jobs' cgroups, as messages name it
  std::string controllers;         // that it has, or will have, "memory pids"
  std::uint64_t capabilities = 0;  // the bounding set: what mgr-job will have at most
  // Whether a process can have a namespace of that kind, CLONE_NEWNET or CLONE_NEWNS, of its own.
  bool (*can_have)(int kind) = nullptr;
};

// `tree` need not be there yet. can_have() tries: from then on this process has it. So ask when the
// user database, which may be on the network, is not needed any more.
[[nodiscard]] Machine look_at_machine(const std::string& tree);

// Fails with "file:line: reason" for the first action with a setting that the machine cannot keep:
// who asked for a limit or a confinement does not run without it, and learns so before a job does.
// That a path exists or a limit of descriptors is low enough is left to the job.
[[nodiscard]] Result<void> check_machine(const std::vector<DeclaredModule>& modules,
                                         const Machine& machine);

}  // namespace mgr
