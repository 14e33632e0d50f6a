// One job's cgroup, the leaf job-N of the tree: where its processes are and how all of them end.
// Helper (root) and mgr-job, which opens it as root and uses it without; distrusts the processes in
// it. cgroup v2, Documentation/admin-guide/cgroup-v2.rst: "cgroup.events", "cgroup.kill".
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "protocol/descriptor.h"
#include "protocol/error.h"

namespace mgr {

class CgroupLeaf {
 public:
  // "job-17".
  static std::string name(std::uint64_t id);
  // Nothing where there is none. `tree` is borrowed for the call.
  static Result<std::optional<CgroupLeaf>> find(int tree, std::uint64_t id);
  // rmdir. Refused by the kernel while anything lives in it; absent is success.
  static bool remove(int tree, std::uint64_t id);

  // SIGKILL to every process in it and below, those that fork right now included. Needs no
  // capability and no uid: who could open cgroup.kill may write to it.
  [[nodiscard]] Result<void> kill() const;
  // True while a live process is in it or below. Reading arms the next POLLPRI.
  [[nodiscard]] Result<bool> populated() const;

  // For clone3(CLONE_INTO_CGROUP).
  [[nodiscard]] int folder() const { return folder_.get(); }
  // POLLPRI when populated() may have changed.
  [[nodiscard]] int events() const { return events_.get(); }

 private:
  Descriptor folder_, kill_, events_;
};

}  // namespace mgr
