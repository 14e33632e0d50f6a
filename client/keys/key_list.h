// mgrctl, with the caller's own uid.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "policy/policy_review.h"

namespace mgr::client {

// The principals that name the key: "admins" and "ops".
[[nodiscard]] std::vector<std::string> principals_of(const PolicyReview& review,
                                                     const std::string& id);

// The record of that id; nullptr where there is none.
[[nodiscard]] const DeclaredKey* find_key(const PolicyReview& review, const std::string& id);

// All keys as a table, each with what is the matter with it at that time (Unix seconds): a key
// that is revoked, not valid yet or no more, or that nobody's rights hang on.
[[nodiscard]] std::string key_table(const PolicyReview& review, std::int64_t now_s);
// The same as one line of JSON: {"keys":[{"id":…,"type":…,"state":…,"principals":[…]}]}
[[nodiscard]] std::string key_json(const PolicyReview& review, std::int64_t now_s);

}  // namespace mgr::client
