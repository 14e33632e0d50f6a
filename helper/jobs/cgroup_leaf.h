// One job's cgroup, the leaf job-N of the tree: where its processes are and how all of them end.
// Helper (root) and mgr-job, which opens it as root and uses it without; distrusts the processes in
// it. cgroup v2, Documentation/admin-guide/cgroup-v2.rst: "cgroup.events", "cgroup.kill".
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "protocol/descriptor.h"
#include "protocol/error.h"

namespace mgr {

// Between the kills of a leaf that does not become empty: doubles from the first to the longest.
inline constexpr std::chrono::milliseconds first_between_kills{10};
inline constexpr std::chrono::milliseconds longest_between_kills{1000};

class CgroupLeaf {
 public:
  // "job-17".
  static std::string name(std::uint64_t id);
  // Nothing where there is none. `tree` is borrowed for the call.
  static Result<std::optional<CgroupLeaf>> find(int tree, std::uint64_t id);
  // rmdir. Refused by the kernel while anything lives in it; absent is success.
  static bool remove(int tree, std::uint64_t id);

  // SIGKILL to every process in it and below. Needs no capability and no uid: who could open
  // cgroup.kill may write to it. A process that forks in this very moment may leave a child that
  // is not hit (Linux 6.14 has "cgroup: fix race between fork and cgroup.kill"), so who wants the
  // leaf empty does it again until it is. One whose first thread has ended while others run is
  // never hit; that takes CAP_KILL (mgr-job/job_leaf.h).
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
