// mgr-configure (root); distrusts whoever but root can write to a folder on the way.
#include "policy/open.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>

namespace mgr {
namespace {

tl::unexpected<Error> refuse(const std::string& path, const std::string& reason) {
  return fail(ErrorCode::failed, path + ": " + reason);
}

// Why this is nothing to read; empty where it is. `kind` is S_IFDIR or S_IFREG.
std::string mistake(const struct stat& info, mode_t kind) {
  if (S_ISLNK(info.st_mode)) return "is a symbolic link";
  if ((info.st_mode & S_IFMT) == kind) return "";
  return kind == S_IFDIR ? "is not a folder" : "is not a regular file";
}

// Why root alone cannot have made this; empty where it can.
std::string distrust(const struct stat& info) {
  if (info.st_uid != 0) return "belongs to uid " + std::to_string(info.st_uid) + ", not to root";
  std::array<char, 16> mode{};
  (void)std::snprintf(mode.data(), mode.size(), "(mode %04o)", info.st_mode & 07777U);
  if ((info.st_mode & S_IWGRP) != 0) return std::string("writable by its group ") + mode.data();
  if ((info.st_mode & S_IWOTH) != 0) return std::string("writable by others ") + mode.data();
  return "";
}

Result<std::string> read_all(int fd, const std::string& path) {
  std::string content;
  std::array<char, 16384> piece{};
  for (;;) {
    const ssize_t length = ::read(fd, piece.data(), piece.size());
    if (length < 0 && errno == EINTR) continue;
    if (length < 0) return fail_errno(path);
    if (length == 0) return content;
    content.append(piece.data(), static_cast<std::size_t>(length));
    if (content.size() > max_trusted_file_length) return refuse(path, "longer than 1 MiB");
  }
}

}  // namespace

Result<std::optional<TrustedFolder>> TrustedFolder::enter(int parent, const char* name,
                                                          std::string path, Owner owner) {
  // Without O_DIRECTORY a link is opened as itself, and the message can say that it is one.
  Descriptor descriptor(::openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (!descriptor && errno == ENOENT) return std::nullopt;
  struct stat info {};
  if (!descriptor || ::fstat(descriptor.get(), &info) != 0) return fail_errno(path);
  std::string reason = mistake(info, S_IFDIR);
  if (reason.empty() && owner == Owner::root) reason = distrust(info);
  if (!reason.empty()) return refuse(path, reason);
  return TrustedFolder(std::move(descriptor), std::move(path), owner);
}

Result<std::optional<TrustedFolder>> TrustedFolder::open(const std::string& root,
                                                         std::string_view path) {
  const std::string start = root.empty() ? "/" : root;
  auto here = enter(AT_FDCWD, start.c_str(), start, Owner::root);
  while (here && *here && !path.empty()) {
    path.remove_prefix(1);
    const std::string_view name = path.substr(0, path.find('/'));
    path.remove_prefix(name.size());
    here = (*here)->folder(name);
  }
  return here;
}

Result<std::optional<TrustedFolder>> TrustedFolder::open_untrusted(const std::string& path) {
  return enter(AT_FDCWD, path.c_str(), path, Owner::anybody);
}

Result<std::optional<TrustedFolder>> TrustedFolder::folder(std::string_view name) const {
  return enter(descriptor_.get(), std::string(name).c_str(), path_of(name), owner_);
}

Result<std::optional<std::string>> TrustedFolder::read(std::string_view name) const {
  const std::string path = path_of(name);
  const Descriptor file(::openat(descriptor_.get(), std::string(name).c_str(),
                                 O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!file && errno == ENOENT) return std::nullopt;
  if (!file && errno == ELOOP) return refuse(path, "is a symbolic link");
  struct stat info {};
  if (!file || ::fstat(file.get(), &info) != 0) return fail_errno(path);
  std::string reason = mistake(info, S_IFREG);
  if (reason.empty() && owner_ == Owner::root) reason = distrust(info);
  if (!reason.empty()) return refuse(path, reason);
  // A second name may lie in a folder that somebody else controls.
  if (info.st_nlink != 1 && owner_ == Owner::root) {
    return refuse(path, "has " + std::to_string(info.st_nlink) + " hard links, not 1");
  }
  return read_all(file.get(), path);
}

Result<bool> TrustedFolder::has_secret(std::string_view name, std::size_t least,
                                       std::size_t most) const {
  const std::string path = path_of(name);
  struct stat info {};
  if (::fstatat(descriptor_.get(), std::string(name).c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return false;
    return fail_errno(path);
  }
  std::string reason = mistake(info, S_IFREG);
  if (reason.empty()) reason = distrust(info);
  if (reason.empty() && (info.st_mode & 077) != 0) {
    reason = "is a secret, and not root's alone: chmod 600";
  }
  if (reason.empty() && info.st_nlink != 1) reason = "is a secret with more than one name";
  const auto size = static_cast<std::uintmax_t>(info.st_size);
  if (reason.empty() && (size < least || size > most)) reason = "is too short or too long a secret";
  if (!reason.empty()) return refuse(path, reason);
  return true;
}

Result<std::vector<std::string>> TrustedFolder::names(std::string_view suffix) const {
  const int fd = ::openat(descriptor_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR* const opened = fd < 0 ? nullptr : ::fdopendir(fd);
  if (opened == nullptr) return fail_errno(path_);
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(opened, ::closedir);
  std::vector<std::string> found;
  errno = 0;
  while (const dirent* entry = ::readdir(stream.get())) {
    const std::string_view name = entry->d_name;
    if (name.ends_with(suffix) && name.front() != '.') found.emplace_back(name);
  }
  if (errno != 0) return fail_errno(path_);
  std::ranges::sort(found);
  return found;
}

std::string TrustedFolder::path_of(std::string_view name) const {
  return (path_.ends_with('/') ? path_ : path_ + "/") + std::string(name);
}

}  // namespace mgr
