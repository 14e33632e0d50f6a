// mgrctl, with the caller's own uid; trusts the user database as every program does.
#include "client/review/caller.h"

#include <unistd.h>

#include "client/users.h"
#include "policy/users.h"

namespace mgr::client {
namespace {

Outcome<Grantee> find_user(const std::string& name) {
  SystemUserDatabase users;
  const auto user = users.user(name);
  if (!user) return failed(Failure::Kind::invalid_request, user.error().detail);
  if (!*user) return failed(Failure::Kind::invalid_request, "there is no user " + name + " here");
  auto groups = users.groups_of(name, (*user)->gid);
  if (!groups) return failed(Failure::Kind::invalid_request, groups.error().detail);
  return Grantee{{(*user)->uid, std::move(*groups)}, name, false};
}

// "" where it has none.
std::string name_of(uid_t uid) {
  const std::string& name = user_name(uid);
  return name == std::to_string(uid) ? "" : name;
}

Outcome<Grantee> this_process() {
  std::vector<gid_t> groups(static_cast<std::size_t>(std::max(::getgroups(0, nullptr), 0)));
  const int count = ::getgroups(static_cast<int>(groups.size()), groups.data());
  if (count < 0) return failed(Failure::Kind::invalid_request, "cannot read the own groups");
  groups.resize(static_cast<std::size_t>(count));
  groups.insert(groups.begin(), ::getegid());
  return Grantee{{::geteuid(), std::move(groups)}, name_of(::geteuid()), false};
}

}  // namespace

Outcome<Grantee> find_caller(const std::optional<std::string>& name_or_uid) {
  if (!name_or_uid) return this_process();
  const auto found = find_uid(*name_or_uid);
  if (!found) return find_user(*name_or_uid);  // which says what is wrong with it
  const auto uid = static_cast<uid_t>(*found);
  const bool is_number = *name_or_uid == std::to_string(uid);
  const std::string name = is_number ? name_of(uid) : *name_or_uid;
  if (name.empty()) return Grantee{{uid, {}}, "", false};
  auto caller = find_user(name);
  if (caller) caller->subject.uid = uid;
  return caller;
}

std::string caller_name(const Grantee& caller) {
  if (!caller.user.empty()) return caller.user;
  return caller.subject.uid ? "uid " + std::to_string(*caller.subject.uid) : "the network";
}

}  // namespace mgr::client
