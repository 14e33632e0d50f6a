// mgr-job, root and then user mgr-job with CAP_KILL; distrusts the processes of the leaf.
#include "helper/jobs/mgr-job/job_leaf.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "helper/jobs/job_files.h"
#include "helper/jobs/signal_process.h"

namespace mgr {
namespace {

// Few enough to stay under any limit of open files.
constexpr std::size_t pids_at_a_time = 128;

std::vector<pid_t> read_pids(const Descriptor& processes) {
  std::string text;
  std::array<char, 4096> part{};
  (void)lseek(processes.get(), 0, SEEK_SET);
  for (ssize_t length = 1; length > 0;) {
    length = read(processes.get(), part.data(), part.size());
    if (length > 0) text.append(part.data(), static_cast<std::size_t>(length));
  }
  std::vector<pid_t> pids;
  const char* end = text.data() + text.size();
  for (const char* at = text.data(); at < end; ++at) {
    pid_t pid = 0;
    at = std::from_chars(at, end, pid).ptr;
    pids.push_back(pid);
  }
  return pids;
}

void signal_some(const Descriptor& processes, std::span<const pid_t> pids, int signal) {
  std::vector<std::pair<pid_t, Descriptor>> opened;
  for (const pid_t pid : pids) {
    if (auto process = open_process(pid)) opened.emplace_back(pid, std::move(*process));
  }
  std::vector<pid_t> still_there = read_pids(processes);
  std::ranges::sort(still_there);
  for (const auto& [pid, process] : opened) {
    if (std::ranges::binary_search(still_there, pid)) (void)signal_process(process, signal);
  }
}

}  // namespace

Result<CgroupLeaf> make_leaf(int tree, std::uint64_t id) {
  const std::string name = CgroupLeaf::name(id);
  // An attempt before may have left one, and frozen.
  (void)CgroupLeaf::remove(tree, id);
  const bool made = mkdirat(tree, name.c_str(), 0755) == 0;
  if (!made && errno != EEXIST) return fail_errno("mkdir of " + name);
  if (!made) return fail(ErrorCode::conflict, name + " is in use");
  auto leaf = CgroupLeaf::find(tree, id);
  if (!leaf) return tl::unexpected(leaf.error());
  if (!*leaf) return fail(ErrorCode::conflict, name + " is gone");
  return std::move(**leaf);
}

Result<LeafSignals> LeafSignals::open(int leaf) {
  LeafSignals signals;
  signals.processes_ = Descriptor(openat(leaf, "cgroup.procs", O_RDONLY | O_CLOEXEC));
  if (!signals.processes_) return fail_errno("cgroup.procs");
  signals.freeze_ = Descriptor(openat(leaf, "cgroup.freeze", O_WRONLY | O_CLOEXEC));
  if (!signals.freeze_) return fail_errno("cgroup.freeze");
  return signals;
}

void LeafSignals::send(int signal) const {
  const std::vector<pid_t> pids = read_pids(processes_);
  std::span<const pid_t> rest(pids);
  while (!rest.empty()) {
    const std::size_t count = std::min(rest.size(), pids_at_a_time);
    signal_some(processes_, rest.first(count), signal);
    rest = rest.subspan(count);
  }
}

void LeafSignals::end_rest() const {
  (void)!write(freeze_.get(), "1", 1);
  send(SIGKILL);
}

int sweep_leaf() {
  const auto signals = LeafSignals::open(job_cgroup_descriptor);
  if (!signals) return 1;
  signals->end_rest();
  return 0;
}

}  // namespace mgr
