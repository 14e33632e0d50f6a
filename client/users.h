// mgrctl, with the caller's own uid. Names of users, from the user database (getpwnam(3)).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mgr::client {

// The uid of a user's name, or of the number itself; nothing where there is no such user.
[[nodiscard]] std::optional<std::uint64_t> find_uid(const std::string& name_or_uid);

// The user's name, or the number where it has none. Asks the database once a uid.
[[nodiscard]] const std::string& user_name(std::uint64_t uid);

// The users that the database tells of, in its order; not all where it has very many.
[[nodiscard]] std::vector<std::string> user_names();

}  // namespace mgr::client
