// mgr-configure (root); trusts the user database as every program of this machine does.
#include "policy/users.h"

#include <grp.h>
#include <pwd.h>

#include <array>
#include <cerrno>

namespace mgr {
namespace {

constexpr std::size_t max_entry_length = 16 << 20;  // a group of a directory can list thousands
constexpr int max_groups = 65536;                   // NGROUPS_MAX of Linux

// One of the get…nam_r functions, with a buffer that grows until the entry fits. True where the
// name is known; which errors also mean "not found" is in getpwnam(3).
template <typename Entry>
Result<bool> look_up(int (*function)(const char*, Entry*, char*, size_t, Entry**),
                     const std::string& name, Entry& entry, std::vector<char>& buffer) {
  for (buffer.resize(4096);; buffer.resize(buffer.size() * 4)) {
    Entry* found = nullptr;
    errno = function(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
    if (found != nullptr) return true;
    switch (errno) {
      case 0:
      case ENOENT:
      case ESRCH:
      case EBADF:
      case EPERM:
        return false;
      case ERANGE:
        if (buffer.size() < max_entry_length) continue;
        [[fallthrough]];
      default:
        return fail_errno("the user database cannot look up " + name);
    }
  }
}

Result<std::vector<UserDatabase::User>> all_users() {
  std::vector<UserDatabase::User> users;
  ::setpwent();
  errno = 0;
  while (const passwd* entry = ::getpwent()) {
    users.push_back({entry->pw_uid, entry->pw_gid});
    errno = 0;
  }
  const int error = errno;
  ::endpwent();
  errno = error;
  if (error != 0 && error != ENOENT) return fail_errno("the user database cannot list its users");
  return users;
}

}  // namespace

Result<std::optional<UserDatabase::User>> SystemUserDatabase::user(const std::string& name) {
  passwd entry{};
  std::vector<char> buffer;
  const auto known = look_up(::getpwnam_r, name, entry, buffer);
  if (!known) return tl::unexpected(known.error());
  if (!*known) return std::nullopt;
  return User{entry.pw_uid, entry.pw_gid};
}

Result<std::optional<gid_t>> SystemUserDatabase::group(const std::string& name) {
  ::group entry{};
  std::vector<char> buffer;
  const auto known = look_up(::getgrnam_r, name, entry, buffer);
  if (!known) return tl::unexpected(known.error());
  if (!*known) return std::nullopt;
  return entry.gr_gid;
}

Result<std::vector<gid_t>> SystemUserDatabase::groups_of(const std::string& name, gid_t primary) {
  std::vector<gid_t> groups(64);
  int count = 64;
  while (::getgrouplist(name.c_str(), primary, groups.data(), &count) < 0) {
    if (groups.size() >= max_groups) {
      return fail(ErrorCode::failed, "the user database cannot list the groups of " + name);
    }
    groups.resize(groups.size() * 2);
    count = static_cast<int>(groups.size());
  }
  groups.resize(static_cast<std::size_t>(count));
  return groups;
}

Result<std::vector<uid_t>> SystemUserDatabase::members_of(const std::string& group) {
  ::group entry{};
  std::vector<char> buffer;
  const auto known = look_up(::getgrnam_r, group, entry, buffer);
  if (!known) return tl::unexpected(known.error());
  std::vector<uid_t> members;
  if (!*known) return members;
  for (char** name = entry.gr_mem; *name != nullptr; ++name) {
    const auto member = user(*name);
    if (!member) return tl::unexpected(member.error());
    if (*member) members.push_back((*member)->uid);
  }
  if (!everybody_) {
    auto users = all_users();
    if (!users) return tl::unexpected(users.error());
    everybody_ = std::move(*users);
  }
  for (const User& other : *everybody_) {
    if (other.gid == entry.gr_gid) members.push_back(other.uid);
  }
  return members;
}

}  // namespace mgr
