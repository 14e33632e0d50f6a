// mgr-shutdown · root · distrusts its arguments.
#pragma once

#include <tl/expected.hpp>

#include "modules/mgr-shutdown/request.h"

namespace mgr_shutdown {

// By getopt_long(3): CLI11 takes the word behind an empty `--message=` for the message.
// The error is the exit status, after help or a complaint has been printed: 0 or 2.
[[nodiscard]] tl::expected<Request, int> parse_arguments(int argc, char** argv);

}  // namespace mgr_shutdown
