// mgrctl, with the caller's own uid.
#include "client/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "protocol/descriptor.h"

namespace mgr::client {
namespace {

tl::unexpected<Failure> refuse(const std::string& path, const char* why) {
  return failed(Failure::Kind::invalid_request, path + ": " + why);
}

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// The name itself is in the folder, which is synced for it.
bool sync_folder(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return descriptor && ::fsync(descriptor.get()) == 0;
}

Outcome<void> write_file(const std::string& path, std::string_view text, mode_t mode,
                         unsigned rename_flags) {
  std::string beside = path + ".XXXXXX";
  const Descriptor file(::mkostemp(beside.data(), O_CLOEXEC));
  if (!file) return refuse(path, std::strerror(errno));
  const bool written =
      write_all(file.get(), text) && ::fchmod(file.get(), mode) == 0 && ::fsync(file.get()) == 0 &&
      ::renameat2(AT_FDCWD, beside.c_str(), AT_FDCWD, path.c_str(), rename_flags) == 0;
  if (written) return sync_folder(path) ? Outcome<void>{} : refuse(path, std::strerror(errno));
  const int error = errno;
  ::unlink(beside.c_str());
  return refuse(path, error == EEXIST ? "is there already" : std::strerror(error));
}

}  // namespace

Outcome<void> replace_file(const std::string& path, std::string_view text, mode_t mode) {
  return write_file(path, text, mode, 0);
}

Outcome<void> create_file(const std::string& path, std::string_view text, mode_t mode) {
  return write_file(path, text, mode, RENAME_NOREPLACE);
}

bool exists(const std::string& path) {
  struct stat info {};
  return ::lstat(path.c_str(), &info) == 0;
}

}  // namespace mgr::client
