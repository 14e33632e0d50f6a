// mgrctl, with the caller's own uid. Whom a policy is asked about.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "client/failure.h"
#include "policy/grant.h"
#include "policy/policy_review.h"

namespace mgr::client {

// Whoever signs with the key of that id, which the policy that is looked at has. Fails with
// invalid_request for one that is unknown there or revoked.
[[nodiscard]] Outcome<Grantee> find_signer(const std::string& id,
                                           const std::vector<DeclaredKey>& keys);

// The user of that name or number, with the groups that the user database of this machine gives it:
// a process of that user may have others. Without one, this process, with those that it has. A
// number without an entry has no groups. Fails with invalid_request for a name that is unknown
// here. "key:ID" is the signer of that id; no user has such a name.
[[nodiscard]] Outcome<Grantee> find_caller(const std::optional<std::string>& name_or_uid,
                                           const std::vector<DeclaredKey>& keys);

// "www-data", "uid 1000", "the key alice" or "the network"
[[nodiscard]] std::string caller_name(const Grantee& caller);

}  // namespace mgr::client
