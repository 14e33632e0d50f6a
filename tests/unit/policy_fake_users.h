// A user database that answers from a table.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "policy/users.h"

namespace mgr {

class FakeUsers final : public UserDatabase {
 public:
  Result<std::optional<User>> user(const std::string& name) override {
    if (is_away) return fail(ErrorCode::failed, "the directory is away");
    const auto found = users.find(name);
    if (found == users.end()) return std::nullopt;
    return found->second;
  }
  Result<std::optional<gid_t>> group(const std::string& name) override {
    const auto found = groups.find(name);
    if (found == groups.end()) return std::nullopt;
    return found->second;
  }
  Result<std::vector<gid_t>> groups_of(const std::string&, gid_t primary) override {
    return std::vector<gid_t>{primary, 4242};
  }
  Result<std::vector<uid_t>> members_of(const std::string& group) override {
    ++member_lookups;
    return members[group];
  }

  std::map<std::string, User> users{
      {"root", {0, 0}}, {"www-data", {33, 33}}, {"bind", {53, 54}}, {"nobody", {65534, 65534}}};
  std::map<std::string, gid_t> groups{{"mgr-admin", 900}, {"interns", 901}, {"nogroup", 65534}};
  std::map<std::string, std::vector<uid_t>> members{{"interns", {1001, 1002}}};
  int member_lookups = 0;
  bool is_away = false;
};

}  // namespace mgr
