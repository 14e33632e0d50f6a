// Which jobs a request is about, of those that its caller may see. Helper, root; pure.
#pragma once

#include <vector>

#include "helper/errand.h"
#include "helper/jobs/jobs.h"
#include "modules/effect.h"

namespace mgr {

// What the rule's `jobs` says: own (the same uid), claimed (and the same on-behalf-of) or all.
// Nobody in particular owns nothing.
[[nodiscard]] bool may_see(const Errand& errand, const Job& job);

// Whether one job is among those selected; most and newest_of_key, which are about all, aside.
[[nodiscard]] bool matches(const Errand& errand, const JobSelection& selection, const Job& job);

// Oldest first. Fails with not_found for a key or id that has no job, or none that the caller may
// see: which of the two is not told.
[[nodiscard]] Result<std::vector<const Job*>> select(const Jobs& jobs, const Errand& errand,
                                                     const JobSelection& selection);

}  // namespace mgr
