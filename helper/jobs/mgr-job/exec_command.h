// From a clone of mgr-job to the command: the one file that executes a command. The child of
// mgr-job, root at first, then the job's user.
//
// The order: born in the cgroup; setsid; nice; descriptors 0 to 2 (0 is the input that mgr-job was
// given), and 3 where it tells progress; its own network and mounts (confinement.h); the limits of
// each process; setgroups, setresgid, setresuid and capabilities, all read back; no_new_privs; the
// seccomp list; its paths, opened as that user (open_paths.h), from descriptor 10 on; close-on-exec
// of all other descriptors; umask; chdir as that user; signals; the gate; execve of an absolute
// path with exactly the settings' environment. The limits that no setting names, oom_score_adj and
// the keyring it has from mgr-job (own_state.h), the limits of the whole tree from its cgroup.
#pragma once

#include <sys/types.h>

#include <vector>

#include "helper/jobs/mgr-job/command_ends.h"
#include "helper/jobs/mgr-job/confinement.h"
#include "helper/jobs/mgr-job/open_paths.h"
#include "policy/run_settings.h"
#include "protocol/descriptor.h"

namespace mgr {

// What the child reports on its channel when a step fails.
struct StepFailure {
  char step[60];
  int error;
};

class ExecPlan;

// A failing step is reported and ends the process: the command never runs half confined.
[[noreturn]] void exec_command(ExecPlan& plan);

// Everything that the child needs, allocated beforehand: it must not allocate. Borrows the settings
// and the descriptors, which are all above progress_descriptor; `channel` is copied to where no
// path's descriptor will be.
class ExecPlan {
 public:
  ExecPlan(const RunSettings& run, CommandEnds ends, int channel);
  [[nodiscard]] bool ready() const { return static_cast<bool>(channel_); }

 private:
  friend void exec_command(ExecPlan& plan);
  friend const char* become_command(ExecPlan& plan);
  const RunSettings& run_;
  CommandEnds ends_;
  PathsToOpen paths_;
  Descriptor channel_;
  std::vector<char*> argv_, environment_;
  std::vector<gid_t> groups_, room_;
  Confinement confinement_;
};

}  // namespace mgr
