// mgr-scan · user mgr-scan, or root for --accept · distrusts what lies in the folder already.
#include "modules/mgr-scan/atomic_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <ctime>
#include <memory>

#include "modules/mgr-scan/beneath.h"

namespace mgr_scan {
namespace {

constexpr std::string_view kSuffix = ".new";
constexpr time_t kStaleSeconds = 86'400;  // a day

std::string temporary_prefix(const std::string& name) { return "." + name + "."; }

Result<void> write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t put = ::write(fd, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return system_failure("write", errno);
    text.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

Result<void> fill(int fd, std::string_view text, const FileOwner& owner) {
  if (owner.group && ::fchown(fd, static_cast<uid_t>(-1), *owner.group) != 0) {
    return system_failure("fchown", errno);
  }
  if (::fchmod(fd, owner.mode) != 0) return system_failure("fchmod", errno);
  if (auto done = write_all(fd, text); !done) return done;
  if (::fsync(fd) != 0) return system_failure("fsync", errno);
  return {};
}

void remove_stale(int folder, const std::string& name) {
  const std::string prefix = temporary_prefix(name);
  const int copy = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(copy), ::closedir);
  if (!stream) {
    Descriptor closed(copy);
    return;
  }
  while (const dirent* next = ::readdir(stream.get())) {
    const std::string_view found = next->d_name;
    if (!found.starts_with(prefix) || !found.ends_with(kSuffix)) continue;
    struct stat info {};
    if (::fstatat(folder, next->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (info.st_mtime < ::time(nullptr) - kStaleSeconds) ::unlinkat(folder, next->d_name, 0);
  }
}

}  // namespace

Result<void> replace_file(int folder, const std::string& name, std::string_view text,
                          const FileOwner& owner) {
  remove_stale(folder, name);
  const std::string temporary = temporary_prefix(name) + std::to_string(randombytes_random()) +
                                std::to_string(randombytes_random()) + std::string(kSuffix);
  const auto file = open_beneath(folder, temporary, O_WRONLY | O_CREAT | O_EXCL, 0, 0600);
  if (!file) return system_failure("cannot write baseline " + name, file.error());
  Result<void> done = fill(file->get(), text, owner);
  if (done && ::renameat(folder, temporary.c_str(), folder, name.c_str()) != 0) {
    done = system_failure("rename", errno);
  }
  if (!done) {
    ::unlinkat(folder, temporary.c_str(), 0);
    return failure("cannot write baseline " + name + ": " + done.error().message);
  }
  if (::fsync(folder) != 0) return system_failure("fsync of the folder", errno);
  return {};
}

}  // namespace mgr_scan
