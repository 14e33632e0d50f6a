// Helper (root) and mgr-job; distrusts the processes in the leaf.
#include "helper/jobs/cgroup_leaf.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <string_view>

namespace mgr {
namespace {

constexpr int folder_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

}  // namespace

std::string CgroupLeaf::name(std::uint64_t id) { return "job-" + std::to_string(id); }

Result<std::optional<CgroupLeaf>> CgroupLeaf::find(int tree, std::uint64_t id) {
  CgroupLeaf leaf;
  leaf.folder_ = Descriptor(openat(tree, name(id).c_str(), folder_flags));
  // ENODEV: the tree itself is gone.
  if (!leaf.folder_ && (errno == ENOENT || errno == ENODEV)) return std::nullopt;
  if (!leaf.folder_) return fail_errno(name(id));
  leaf.kill_ = Descriptor(openat(leaf.folder(), "cgroup.kill", O_WRONLY | O_CLOEXEC));
  if (!leaf.kill_) return fail_errno("cgroup.kill");
  leaf.events_ = Descriptor(openat(leaf.folder(), "cgroup.events", O_RDONLY | O_CLOEXEC));
  if (!leaf.events_) return fail_errno("cgroup.events");
  return leaf;
}

bool CgroupLeaf::remove(int tree, std::uint64_t id) {
  return unlinkat(tree, name(id).c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT || errno == ENODEV;
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

}  // namespace mgr
