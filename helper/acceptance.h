// What jobs a request has: those that are accepted for it, or those that it was answered with
// before. Of each job whether it may be at all, beside those that there are; and none or all.
// Helper, root.
#pragma once

#include <vector>

#include "helper/audit.h"
#include "helper/errand.h"
#include "helper/job_json.h"
#include "helper/jobs/jobs.h"
#include "modules/effect.h"
#include "protocol/error.h"

namespace mgr {

// All of the plan's jobs are accepted and not on disk yet (Jobs::commit), or none is. In the place
// of one whose key an equal job has, which the caller may see, is that job. Fails with conflict
// where another has the key or may not stand beside it, and as accepting a job does.
[[nodiscard]] Result<std::vector<JobNote>> accept_jobs(Jobs& jobs, Audit& audit,
                                                       const Errand& errand,
                                                       const StartJobs& effect);

// What a request with this errand's id was answered with before, as far as that is there and may
// be seen now. Empty where there was none; conflict where it asked for something else.
[[nodiscard]] Result<std::vector<JobNote>> earlier_jobs(const Jobs& jobs, const Errand& errand);

}  // namespace mgr
