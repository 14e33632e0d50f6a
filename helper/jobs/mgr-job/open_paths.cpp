// The child of mgr-job, as the command's user.
#include "helper/jobs/mgr-job/open_paths.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "protocol/descriptor.h"

namespace mgr {
namespace {

Descriptor open_without_links(int folder, const char* name, int flags, std::uint64_t resolve) {
  open_how how{};
  how.flags = static_cast<__u64>(O_PATH | O_CLOEXEC | flags);
  how.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | resolve;
  return Descriptor(static_cast<int>(syscall(SYS_openat2, folder, name, &how, sizeof(how))));
}

Descriptor open_beneath(const PathToOpen& path) {
  const Descriptor root = open_without_links(AT_FDCWD, path.root.c_str(), O_DIRECTORY, 0);
  if (!root) return {};
  const char* const name = path.beneath.empty() ? "." : path.beneath.c_str();
  return open_without_links(root.get(), name, 0, RESOLVE_BENEATH);
}

bool is_kind(int descriptor, PathKind kind) {
  struct stat status {};
  if (fstat(descriptor, &status) != 0) return false;
  const bool is_file = S_ISREG(status.st_mode), is_folder = S_ISDIR(status.st_mode);
  errno = !is_file && !is_folder ? EINVAL : is_file ? ENOTDIR : EISDIR;
  return (is_file && kind != PathKind::folder) || (is_folder && kind != PathKind::file);
}

// The copy passes execve. One that is there already has only to be told.
bool move_to(Descriptor from, int target) {
  if (from.get() != target) return dup2(from.get(), target) == target;
  return fcntl(from.release(), F_SETFD, 0) == 0;
}

}  // namespace

PathsToOpen::PathsToOpen(const std::vector<PathToOpen>& paths) : paths_(paths) {
  for (std::size_t i = 1; i <= paths.size(); ++i) steps_.push_back("path " + std::to_string(i));
}

int PathsToOpen::first_free_descriptor() const {
  return first_path_descriptor + static_cast<int>(paths_.size());
}

const char* PathsToOpen::open() const {
  int target = first_path_descriptor;
  for (std::size_t i = 0; i < paths_.size(); ++i) {
    Descriptor opened = open_beneath(paths_[i]);
    if (!opened || !is_kind(opened.get(), paths_[i].kind) ||
        !move_to(std::move(opened), target++)) {
      return steps_[i].c_str();
    }
  }
  return nullptr;
}

}  // namespace mgr
