// Helper (root) and mgr-job; distrusts the processes in the leaf.
#include "helper/jobs/cgroup_leaf.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <string>
#include <string_view>

namespace mgr {
namespace {

constexpr int folder_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

std::string leaf_name(std::uint64_t id) {
  return "job-" + std::to_string(id);
}

std::vector<pid_t> parse_pids(std::string_view text) {
  std::vector<pid_t> pids;
  const char* at = text.data();
  const char* end = at + text.size();
  while (at < end) {
    pid_t pid = 0;
    const auto [next, error] = std::from_chars(at, end, pid);
    if (error == std::errc()) pids.push_back(pid);
    at = next + 1;
  }
  return pids;
}

}  // namespace

Result<CgroupLeaf> CgroupLeaf::open(Descriptor folder) {
  CgroupLeaf leaf;
  leaf.kill_ = Descriptor(openat(folder.get(), "cgroup.kill", O_WRONLY | O_CLOEXEC));
  if (!leaf.kill_) return fail_errno("cgroup.kill");
  leaf.events_ = Descriptor(openat(folder.get(), "cgroup.events", O_RDONLY | O_CLOEXEC));
  if (!leaf.events_) return fail_errno("cgroup.events");
  leaf.processes_ = Descriptor(openat(folder.get(), "cgroup.procs", O_RDONLY | O_CLOEXEC));
  if (!leaf.processes_) return fail_errno("cgroup.procs");
  leaf.folder_ = std::move(folder);
  return leaf;
}

Result<CgroupLeaf> CgroupLeaf::make(int tree, std::uint64_t id) {
  const std::string name = leaf_name(id);
  const bool made = mkdirat(tree, name.c_str(), 0755) == 0;
  if (!made && errno != EEXIST) return fail_errno("mkdir of " + name);
  Descriptor folder(openat(tree, name.c_str(), folder_flags));
  if (!folder) return fail_errno(name);
  auto leaf = open(std::move(folder));
  if (!leaf || made) return leaf;
  const auto populated = leaf->populated();
  if (!populated) return tl::unexpected(populated.error());
  if (*populated) return fail(ErrorCode::conflict, name + " is in use");
  return leaf;
}

Result<std::optional<CgroupLeaf>> CgroupLeaf::find(int tree, std::uint64_t id) {
  Descriptor folder(openat(tree, leaf_name(id).c_str(), folder_flags));
  // ENODEV: the tree itself is gone.
  if (!folder && (errno == ENOENT || errno == ENODEV)) return std::nullopt;
  if (!folder) return fail_errno(leaf_name(id));
  auto leaf = open(std::move(folder));
  if (!leaf) return tl::unexpected(leaf.error());
  return std::move(*leaf);
}

bool CgroupLeaf::remove(int tree, std::uint64_t id) {
  return unlinkat(tree, leaf_name(id).c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT ||
         errno == ENODEV;
}

Result<void> CgroupLeaf::kill() const {
  if (write(kill_.get(), "1", 1) == 1 || errno == ENODEV) return {};
  return fail_errno("cgroup.kill");
}

Result<bool> CgroupLeaf::populated() const {
  std::array<char, 256> text{};
  const ssize_t length = pread(events_.get(), text.data(), text.size(), 0);
  if (length < 0 && errno == ENODEV) return false;
  if (length < 0) return fail_errno("cgroup.events");
  const std::string_view events(text.data(), static_cast<std::size_t>(length));
  return events.find("populated 0") == std::string_view::npos;
}

Result<std::vector<pid_t>> CgroupLeaf::processes() const {
  std::string text;
  std::array<char, 4096> part{};
  if (lseek(processes_.get(), 0, SEEK_SET) != 0) return fail_errno("cgroup.procs");
  while (true) {
    const ssize_t length = read(processes_.get(), part.data(), part.size());
    if (length < 0) return fail_errno("cgroup.procs");
    if (length == 0) return parse_pids(text);
    text.append(part.data(), static_cast<std::size_t>(length));
  }
}

}  // namespace mgr
