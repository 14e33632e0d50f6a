// mgrctl, with the caller's own uid. What a policy grants beside the file that setup writes, and a
// request that shows whether it grants what it should. Pure.
#pragma once

#include <string>
#include <vector>

#include "client/setup/rules.h"
#include "policy/decide.h"
#include "policy/explain.h"

namespace mgr::client {

struct Standing {
  std::vector<std::string> granted;   // what was chosen, and others grant too: lines for people
  std::vector<std::string> unchosen;  // what was not, and others grant all the same
  std::vector<std::string> denied;    // what was, and a [[deny]] takes away
};

// Of the rules of `policy` but for those of `own_file`, about the caller. `mgr` and `job` are not
// told: they go with everything else.
[[nodiscard]] Standing standing_of(const Policy& policy, const std::string& own_file,
                                   const Grantee& caller, const std::vector<SetupRule>& rules);

// The first of what the rules grant that can be asked for as they have it, without a signature.
[[nodiscard]] mgr::Question sample_question(const std::vector<SetupRule>& rules,
                                            const std::vector<KnownModule>& known,
                                            const Grantee& caller);

}  // namespace mgr::client
