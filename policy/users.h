// The user database, as the policy needs it: names to numbers, at load. mgr-configure (root) and
// mgrctl.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "protocol/error.h"

namespace mgr {

// What parsing asks; tests answer from a table. A name that the database does not know is nullopt;
// a database that cannot answer is a failure, since a deny must not come to nothing because a
// directory server was away.
class UserDatabase {
 public:
  struct User {
    uid_t uid;
    gid_t gid;  // of the primary group
  };

  virtual ~UserDatabase() = default;
  [[nodiscard]] virtual Result<std::optional<User>> user(const std::string& name) = 0;
  [[nodiscard]] virtual Result<std::optional<gid_t>> group(const std::string& name) = 0;
  // All groups of a user, the primary one included; see getgrouplist(3).
  [[nodiscard]] virtual Result<std::vector<gid_t>> groups_of(const std::string& name,
                                                             gid_t primary) = 0;
  // Whom the group's entry lists, and every user whose primary group it is.
  [[nodiscard]] virtual Result<std::vector<uid_t>> members_of(const std::string& group) = 0;

 protected:
  UserDatabase() = default;
  UserDatabase(const UserDatabase&) = default;
  UserDatabase& operator=(const UserDatabase&) = default;
};

// The machine's own, through nsswitch.conf(5): getpwnam_r(3), getgrnam_r(3), getpwent(3). Not for
// two threads at once, since getpwent is not. All users are gone through once, when a group's
// members are first asked for; make a new one for each load.
class SystemUserDatabase final : public UserDatabase {
 public:
  [[nodiscard]] Result<std::optional<User>> user(const std::string& name) override;
  [[nodiscard]] Result<std::optional<gid_t>> group(const std::string& name) override;
  [[nodiscard]] Result<std::vector<gid_t>> groups_of(const std::string& name,
                                                     gid_t primary) override;
  [[nodiscard]] Result<std::vector<uid_t>> members_of(const std::string& group) override;

 private:
  std::optional<std::vector<User>> everybody_;
};

}  // namespace mgr
