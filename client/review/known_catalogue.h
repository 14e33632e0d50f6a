// mgrctl, with the caller's own uid. The actions of a policy that is looked at, as a catalogue: so
// that the words of the command line go to arguments by the same rules as those of a request.
#pragma once

#include <vector>

#include "client/catalogue.h"
#include "policy/policy_review.h"

namespace mgr::client {

[[nodiscard]] Catalogue catalogue_of(const std::vector<KnownModule>& known);

}  // namespace mgr::client
