// mgrctl, with the caller's own uid. The files of a policy as text, for what its parser drops: the
// comments. Distrusts whoever can write them.
#pragma once

#include <string>
#include <vector>

#include "policy/lint/silence.h"

namespace mgr::client {

// policy.toml, rules.d/*.toml and modules.d/*.toml of that folder, named as mgr-configure names
// them. What cannot be read, is no regular file or is longer than 1 MiB is left out: the policy
// has loaded, so it is a file that changed meanwhile.
[[nodiscard]] std::vector<PolicyText> read_policy_texts(const std::string& folder);

}  // namespace mgr::client
