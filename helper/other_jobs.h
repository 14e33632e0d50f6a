// What becomes of a job while others are alive (OtherJobs in modules/effect.h), as far as that is
// decided when it is accepted. Helper, root; pure.
#pragma once

#include <cstdint>
#include <set>

#include "modules/effect.h"
#include "protocol/error.h"

namespace mgr {

// Fails with conflict, which names some of those that are `alive`, where the plan may not start
// beside them.
[[nodiscard]] Result<void> check_others(OtherJobs others, const std::set<std::uint64_t>& alive);

}  // namespace mgr
