// mgr-job, user mgr-job with CAP_KILL; distrusts the processes of the leaf.
#include "helper/jobs/mgr-job/stop_tree.h"

#include <algorithm>
#include <span>
#include <utility>

#include "helper/jobs/signal_process.h"

namespace mgr {
namespace {

// Few enough to stay under any limit of open files.
constexpr std::size_t pids_at_a_time = 128;

void signal_some(const CgroupLeaf& leaf, std::span<const pid_t> pids, int signal) {
  std::vector<std::pair<pid_t, Descriptor>> opened;
  for (const pid_t pid : pids) {
    if (auto process = open_process(pid)) opened.emplace_back(pid, std::move(*process));
  }
  auto still_there = leaf.processes();
  if (!still_there) return;
  std::ranges::sort(*still_there);
  for (const auto& [pid, process] : opened) {
    if (std::ranges::binary_search(*still_there, pid)) (void)signal_process(process, signal);
  }
}

}  // namespace

void signal_leaf(const CgroupLeaf& leaf, int signal) {
  const auto pids = leaf.processes();
  if (!pids) return;
  std::span<const pid_t> rest(*pids);
  while (!rest.empty()) {
    const std::size_t count = std::min(rest.size(), pids_at_a_time);
    signal_some(leaf, rest.first(count), signal);
    rest = rest.subspan(count);
  }
}

}  // namespace mgr
