// mgr-job, root, and at the end user mgr-job; trusts the kernel's files.
#include "helper/jobs/mgr-job/leaf_limits.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>

#include "protocol/descriptor.h"

namespace mgr {
namespace {

bool write_limit(int leaf, const char* name, std::uint64_t value) {
  const Descriptor file(openat(leaf, name, O_WRONLY | O_NOFOLLOW | O_CLOEXEC));
  const std::string text = std::to_string(value);
  return file && write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

Result<void> could_not_limit(const char* setting, const char* controller) {
  if (errno != ENOENT) return fail_errno(setting);
  return fail(ErrorCode::unavailable,
              std::string(setting) + ": the jobs' cgroup has no controller " + controller);
}

}  // namespace

Result<void> set_leaf_limits(int leaf, const RunSettings& run) {
  if (run.memory != 0) {
    if (!write_limit(leaf, "memory.max", run.memory)) return could_not_limit("memory", "memory");
    for (const auto& [name, value] : {std::pair{"memory.swap.max", 0U}, {"memory.oom.group", 1U}}) {
      if (!write_limit(leaf, name, value) && errno != ENOENT) return fail_errno(name);
    }
  }
  if (run.processes != 0 && !write_limit(leaf, "pids.max", run.processes)) {
    return could_not_limit("processes", "pids");
  }
  return {};
}

std::string want_of_memory(int leaf, const RunSettings& run) {
  if (run.memory == 0) return "";
  const Descriptor file(openat(leaf, "memory.events", O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  std::array<char, 1024> text{};
  const ssize_t length = read(file.get(), text.data(), text.size());
  const std::string_view events(text.data(), length > 0 ? static_cast<std::size_t>(length) : 0);
  constexpr std::string_view front = "\noom_kill ";
  const std::size_t found = events.find(front);
  if (found == events.npos || events.substr(found + front.size()).starts_with("0\n")) return "";
  return "killed for want of memory (memory = " + std::to_string(run.memory) + ")";
}

}  // namespace mgr
