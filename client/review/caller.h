// mgrctl, with the caller's own uid. Whom a policy is asked about.
#pragma once

#include <optional>
#include <string>

#include "client/failure.h"
#include "policy/grant.h"

namespace mgr::client {

// The user of that name or number, with the groups that the user database of this machine gives it:
// a process of that user may have others. Without one, this process, with those that it has. A
// number without an entry has no groups. Fails with invalid_request for a name that is unknown
// here.
[[nodiscard]] Outcome<Grantee> find_caller(const std::optional<std::string>& name_or_uid);

// "www-data", "uid 1000" or "the network"
[[nodiscard]] std::string caller_name(const Grantee& caller);

}  // namespace mgr::client
