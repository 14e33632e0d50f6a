// mgrctl, with the caller's own uid. The options that may stand next, and their values.
#pragma once

#include <vector>

#include "client/completion/offers.h"
#include "client/completion/sources.h"
#include "client/completion/typed_line.h"

namespace mgr::client {

// Those that the command of the line takes and that are not there yet.
void offer_options(Offers& offers, const TypedLine& line, const std::vector<OptionHelp>& known);

// Those of `line.open`.
void offer_option_values(Offers& offers, const TypedLine& line, Sources& sources);

}  // namespace mgr::client
