// What a command sees of the machine: its own network, its own /tmp, paths that it cannot write.
// The child of mgr-job, root; distrusts whoever can rename what lies on the way to a path.
#pragma once

#include <string>
#include <vector>

#include "policy/run_settings.h"

namespace mgr {

// Made before the clone, because apply() must not allocate. Borrows the settings. Where they ask
// for nothing, it makes no system call.
//
// The seccomp list (make_job_filter.cpp) keeps the command from undoing it, whatever its user and
// its capabilities. It does not keep a command from looking through /proc/PID/root of a process
// outside that it may ptrace (ptrace(2), "Ptrace access mode checking"): one of the same user, or
// any where the command has CAP_SYS_PTRACE.
class Confinement {
 public:
  explicit Confinement(const RunSettings& run);

  // In this order: private_network (network_namespaces(7), with `lo` up); a mount namespace that
  // takes no mount from outside and gives none (mount_namespaces(7)); read_only_paths with all that
  // is mounted below them (mount_setattr(2)); private_tmp, writable even below a read-only path.
  // Nothing is named twice: each path is opened once, without following a symbolic link
  // (openat2(2)), and the mount goes to what was opened. snap-confine named its paths again and was
  // made to mount elsewhere (CVE-2022-3328).
  // Gives the step that failed, with errno set, or nothing.
  [[nodiscard]] const char* apply() const;

 private:
  struct Place {
    std::string path;
    std::string step;  // "read_only_paths /etc"
  };
  [[nodiscard]] const char* make_view() const;

  const RunSettings& run_;
  std::vector<Place> read_only_;
};

}  // namespace mgr
