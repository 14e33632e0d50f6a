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

Outcome<Grantee> find_signer(const std::string& id, const std::vector<DeclaredKey>& keys) {
  const DeclaredKey* key = find_key(keys, id);
  const char* const wrong = key == nullptr ? "there is no key "
                            : key->revoked ? "there is only a revoked key "
                                           : nullptr;
  if (wrong != nullptr) return failed(Failure::Kind::invalid_request, wrong + id);
  Grantee signer;
  signer.subject.key = id;
  return signer;
}

Outcome<Grantee> find_caller(const std::optional<std::string>& name_or_uid,
                             const std::vector<DeclaredKey>& keys) {
  constexpr std::string_view of_a_key = "key:";
  if (!name_or_uid) return this_process();
  if (name_or_uid->starts_with(of_a_key)) {
    return find_signer(name_or_uid->substr(of_a_key.size()), keys);
  }
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
  if (!caller.subject.key.empty()) return "the key " + caller.subject.key;
  if (!caller.user.empty()) return caller.user;
  return caller.subject.uid ? "uid " + std::to_string(*caller.subject.uid) : "the network";
}

}  // namespace mgr::client
