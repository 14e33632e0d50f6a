// mgrctl, with the caller's own uid.
#include "client/setup/people.h"

#include <grp.h>

#include <algorithm>
#include <array>

#include "client/run_program.h"
#include "policy/policy.h"
#include "policy/users.h"

namespace mgr::client {
namespace {

// Of Debian, of Fedora and openSUSE, of Arch, of servers with a user of their own, of the BSDs.
constexpr std::array web_users{"www-data", "nginx", "apache",   "wwwrun",    "http",
                               "httpd",    "caddy", "lighttpd", "litespeed", "www"};
constexpr const char* gpasswd = "/usr/bin/gpasswd";

tl::unexpected<Failure> invalid(std::string detail) {
  return failed(Failure::Kind::invalid_request, std::move(detail));
}

Outcome<UserDatabase::User> find_user(const std::string& name) {
  const auto user = SystemUserDatabase().user(name);
  if (!user) return invalid(user.error().detail);
  // gpasswd would take it for an option.
  if (!*user || name.starts_with('-')) return invalid("there is no user " + name + " here");
  return **user;
}

}  // namespace

std::vector<std::string> web_users_here() {
  std::vector<std::string> found;
  SystemUserDatabase users;
  for (const char* name : web_users) {
    const auto user = users.user(name);
    if (user && *user) found.emplace_back(name);
  }
  return found;
}

Outcome<void> check_user(const std::string& name) {
  const auto user = find_user(name);
  if (!user) return tl::unexpected(user.error());
  if (user->uid == 0) return invalid(name + " is root, who needs none of this");
  // A right of theirs would be one of every job's, or of a broker that was taken over.
  if (name.starts_with("mgr-")) return invalid(name + " is one of mgr's own users");
  if (is_nobody(user->uid))
    return invalid(name + " stands for whom nobody knows, and no rule can mean it");
  return {};
}

std::string group_name(gid_t gid) {
  const group* entry = ::getgrgid(gid);
  return entry == nullptr ? std::to_string(gid) : entry->gr_name;
}

Outcome<bool> is_member(const std::string& user, gid_t gid) {
  const auto found = find_user(user);
  if (!found) return tl::unexpected(found.error());
  const auto groups = SystemUserDatabase().groups_of(user, found->gid);
  if (!groups) return invalid(groups.error().detail);
  return std::ranges::find(*groups, gid) != groups->end();
}

Outcome<void> add_member(const std::string& user, const std::string& group) {
  const auto end = run_program(gpasswd, {"-a", user, group});
  if (!end) return tl::unexpected(end.error());
  if (end->status == 0) return {};
  return failed(Failure::Kind::cannot_connect,
                "gpasswd -a " + user + " " + group + " failed with " + std::to_string(end->status));
}

}  // namespace mgr::client
