// mgrctl, with the caller's own uid; distrusts whoever else can write what it looks at.
#include "policy/lint/file_view.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <string_view>

#include "protocol/descriptor.h"

namespace mgr {
namespace {

FileLook::Kind kind_of(mode_t mode) {
  if (S_ISREG(mode)) return FileLook::Kind::file;
  if (S_ISDIR(mode)) return FileLook::Kind::folder;
  if (S_ISLNK(mode)) return FileLook::Kind::link;
  return FileLook::Kind::other;
}

}  // namespace

FileLook SystemFileView::look(const std::string& path) const {
  struct stat info {};
  FileLook look;
  if (::lstat(path.c_str(), &info) != 0) {
    const bool missing = errno == ENOENT || errno == ENOTDIR;
    look.kind = missing ? FileLook::Kind::missing : FileLook::Kind::unseen;
    return look;
  }
  look = {kind_of(info.st_mode), info.st_uid, info.st_gid, info.st_mode & 07777U, {}};
  if (look.kind == FileLook::Kind::link) {
    std::array<char, PATH_MAX> target{};
    const ssize_t length = ::readlink(path.c_str(), target.data(), target.size());
    if (length <= 0) return {FileLook::Kind::unseen, 0, 0, 0, {}};
    look.target.assign(target.data(), static_cast<std::size_t>(length));
  }
  return look;
}

std::string SystemFileView::first_line(const std::string& path) const {
  // A FIFO or a device is not waited for; what is no regular file is not read.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  struct stat info {};
  if (!file || ::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)) return {};
  std::array<char, 256> bytes{};
  const ssize_t length = ::read(file.get(), bytes.data(), bytes.size());
  if (length <= 0) return {};
  const std::string_view text(bytes.data(), static_cast<std::size_t>(length));
  const std::string line(text.substr(0, text.find('\n')));
  return line.find('\0') == std::string::npos ? line : std::string();
}

}  // namespace mgr
