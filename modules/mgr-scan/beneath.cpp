// mgr-scan · user mgr-scan, or root for --accept · distrusts whoever can rename, link or mount
// below a folder.
#include "modules/mgr-scan/beneath.h"

#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <string_view>

namespace mgr_scan {
namespace {

OpenResult open_once(int folder, const std::string& path, int flags, std::uint64_t resolve,
                     mode_t mode) {
  constexpr int kTries = 8;  // the kernel asks for another try when a rename got in between
  open_how how{};
  const int waits = (flags & O_PATH) == 0 ? O_NONBLOCK | O_NOCTTY : 0;  // O_PATH takes neither
  how.flags = static_cast<unsigned>(flags | waits | O_NOFOLLOW | O_CLOEXEC);
  how.mode = mode;
  how.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | resolve;
  for (int attempt = 0;; ++attempt) {
    const long fd = ::syscall(SYS_openat2, folder, path.c_str(), &how, sizeof how);
    if (fd >= 0) return Descriptor(static_cast<int>(fd));
    const bool again = errno == EINTR || errno == EAGAIN;
    if (!again || attempt + 1 == kTries) return tl::unexpected<int>(errno);
  }
}

// Null when `info` may be believed, else the reason why not.
const char* distrust(const struct stat& info, uid_t root_owner) {
  const bool own = info.st_uid == 0 || (root_owner != 0 && info.st_uid == root_owner);
  if (!own) return "does not belong to root";
  if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0) return "is writable by its group or by others";
  return nullptr;
}

tl::unexpected<TrustError> refused(const std::string& path, const std::string& reason,
                                   bool absent = false) {
  return tl::unexpected<TrustError>(TrustError{path + ": " + reason, absent});
}

}  // namespace

OpenResult open_beneath(int folder, const std::string& path, int flags, std::uint64_t resolve,
                        mode_t mode) {
  Descriptor held;
  std::string_view rest = path;
  while (rest.size() >= PATH_MAX) {
    const std::size_t slash = rest.substr(0, PATH_MAX).rfind('/');
    if (slash == std::string_view::npos || slash == 0) return tl::unexpected<int>(ENAMETOOLONG);
    OpenResult next =
        open_once(folder, std::string(rest.substr(0, slash)), O_PATH | O_DIRECTORY, resolve, 0);
    if (!next) return next;
    held = std::move(*next);
    folder = held.get();
    rest.remove_prefix(slash + 1);
  }
  return open_once(folder, std::string(rest), flags, resolve, mode);
}

Result<Descriptor> open_root(const std::string& path) {
  Descriptor root(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (root.get() < 0) return system_failure(path, errno);
  return root;
}

tl::expected<Descriptor, TrustError> open_trusted(int root, const std::string& path, int flags) {
  struct stat info {};
  if (::fstat(root, &info) != 0) return refused("root folder", std::strerror(errno));
  const uid_t root_owner = info.st_uid == ::geteuid() ? info.st_uid : 0;
  if (const char* reason = distrust(info, root_owner)) return refused("root folder", reason);
  Descriptor held;
  for (std::size_t begin = 0; begin < path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const bool last = end == path.size();
    OpenResult next = open_once(begin == 0 ? root : held.get(), path.substr(begin, end - begin),
                                last ? flags : O_PATH | O_DIRECTORY, 0, 0);
    const std::string so_far = std::string("/").append(path, 0, end);
    if (!next) return refused(so_far, std::strerror(next.error()), next.error() == ENOENT);
    if (::fstat(next->get(), &info) != 0) return refused(so_far, std::strerror(errno));
    if (const char* reason = distrust(info, root_owner)) return refused(so_far, reason);
    held = std::move(*next);
    begin = end + 1;
  }
  return held;
}

Result<std::string> read_bounded(int fd, std::size_t limit, const std::string& name) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return system_failure(name, errno);
  if (!S_ISREG(info.st_mode)) return failure(name + ": not a regular file");
  const std::string too_large = name + ": larger than " + std::to_string(limit) + " bytes";
  if (static_cast<std::uint64_t>(info.st_size) > limit) return failure(too_large);
  std::string text;
  text.reserve(static_cast<std::size_t>(info.st_size));
  std::array<char, 65536> buffer{};
  for (;;) {
    const ssize_t got = ::read(fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_failure(name, errno);
    if (got == 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(got));
    if (text.size() > limit) return failure(too_large);
  }
}

}  // namespace mgr_scan
