// mgrctl, with the caller's own uid. What `shutdown status` answers, for people; distrusts it.
#pragma once

#include <string>

#include "client/failure.h"
#include "client/jobs/job_table.h"
#include "client/reply.h"

namespace mgr::client {

// When the machine goes down, or what that waits for, and the job in full; or that nothing is
// scheduled: a job that has ended schedules nothing. Fails with bad_reply where `jobs` is no list
// of jobs.
[[nodiscard]] Outcome<std::string> render_shutdown_status(const Reply& reply,
                                                          const JobStyle& style);

}  // namespace mgr::client
