// mgrctl, with the caller's own uid. From a command line that is being typed to what may stand
// next. Pure, but for what the sources are asked. Distrusts what they tell.
#pragma once

#include <vector>

#include "client/completion/offers.h"
#include "client/completion/sources.h"
#include "client/completion/typed_line.h"

namespace mgr::client {

// `known` are the options that there are.
[[nodiscard]] Candidates find_candidates(const TypedLine& line,
                                         const std::vector<OptionHelp>& known, Sources& sources);

}  // namespace mgr::client
