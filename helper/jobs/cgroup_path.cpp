// Helper and mgr-job, root; trusts /proc.
#include "helper/jobs/cgroup_path.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <utility>

#include "helper/jobs/descriptor.h"

namespace mgr {
namespace {

std::string read_text(const char* path) {
  const Descriptor file(open(path, O_RDONLY | O_CLOEXEC));
  std::string text;
  std::array<char, 4096> part{};
  ssize_t length = 0;
  while ((length = read(file.get(), part.data(), part.size())) > 0) {
    text.append(part.data(), static_cast<std::size_t>(length));
  }
  return text;
}

// The front of `text` up to `separator`, which goes with it.
std::string_view take_until(std::string_view& text, char separator) {
  const std::size_t end = text.find(separator);
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return taken;
}

bool is_octal(char c) {
  return c >= '0' && c <= '7';
}

// mountinfo writes a space, tab, line break or backslash as three octal digits.
std::string unescaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const bool escaped = text.size() >= 4 && text[0] == '\\' && is_octal(text[1]) &&
                         is_octal(text[2]) && is_octal(text[3]);
    out += escaped ? static_cast<char>((text[1] - '0') * 64 + (text[2] - '0') * 8 + text[3] - '0')
                   : text[0];
    text.remove_prefix(escaped ? 4 : 1);
  }
  return out;
}

}  // namespace

std::optional<CgroupMount> find_cgroup2(std::string_view mountinfo) {
  while (!mountinfo.empty()) {
    std::string_view line = take_until(mountinfo, '\n');
    const std::size_t separator = line.find(" - ");
    if (separator == std::string_view::npos) continue;
    if (!line.substr(separator + 3).starts_with("cgroup2 ")) continue;
    for (int skipped = 0; skipped < 3; ++skipped) take_until(line, ' ');  // ids, device
    const std::string_view root = take_until(line, ' ');
    return CgroupMount{unescaped(take_until(line, ' ')), unescaped(root)};
  }
  return std::nullopt;
}

std::string find_own_cgroup(std::string_view cgroups) {
  while (!cgroups.empty()) {
    const std::string_view line = take_until(cgroups, '\n');
    if (line.starts_with("0::")) return std::string(line.substr(3));
  }
  return "";
}

Result<std::string> cgroup_folder(const CgroupMount& mount, std::string_view own) {
  if (!own.starts_with('/')) return fail(ErrorCode::unavailable, "we are in no cgroup v2");
  if (mount.root != "/") {
    const std::string_view below = own.substr(std::min(own.size(), mount.root.size()));
    if (!own.starts_with(mount.root) || !(below.empty() || below.front() == '/')) {
      return fail(ErrorCode::unavailable, "our own cgroup is not mounted");
    }
    own = below;
  }
  return mount.mount_point + std::string(own == "/" ? "" : own);
}

Result<CgroupMount> cgroup2_mount() {
  auto mount = find_cgroup2(read_text("/proc/self/mountinfo"));
  if (!mount) return fail(ErrorCode::unavailable, "cgroup v2 is not mounted");
  return std::move(*mount);
}

Result<std::string> own_cgroup_folder() {
  const auto mount = cgroup2_mount();
  if (!mount) return tl::unexpected(mount.error());
  return cgroup_folder(*mount, find_own_cgroup(read_text("/proc/self/cgroup")));
}

}  // namespace mgr
