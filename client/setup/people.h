// mgrctl, with the caller's own uid. Who may be answered to `setup`: users of this machine. Trusts
// the user database as every program does.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "client/failure.h"

namespace mgr::client {

// Those that web servers run as, of which this machine has a user.
[[nodiscard]] std::vector<std::string> web_users_here();

// Fails with invalid_request where there is no such user, or it is root, to whom all is allowed, or
// nobody, whom no rule can mean.
[[nodiscard]] Outcome<void> check_user(const std::string& name);

// The name of that group; its number where it has none.
[[nodiscard]] std::string group_name(gid_t gid);

// By the user database: it counts from the user's next login.
[[nodiscard]] Outcome<bool> is_member(const std::string& user, gid_t gid);

// Puts the user into the group, by gpasswd(1). As root.
[[nodiscard]] Outcome<void> add_member(const std::string& user, const std::string& group);

}  // namespace mgr::client
