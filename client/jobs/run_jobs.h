// mgrctl, with the caller's own uid. Carries its commands for jobs out. Distrusts the answers.
#pragma once

#include "client/jobs/job_command.h"
#include "client/jobs/job_table.h"
#include "client/jobs/progress.h"
#include "client/session.h"

namespace mgr::client {

// One run of `jobs`, `job …`, `output`, `follow`, `wait` or `stop`.
ExitCode run_job_command(const Session& session, const JobCommand& command,
                         const JobOptions& options);

// `jobs --watch`, which only an error, Ctrl-C or the daemon ends. `list` is its first request.
ExitCode watch_jobs(const Session& session, const Request& list);

// Asks, waits for the reply until the jobs have ended, and shows meanwhile how far they are: those
// with the ids, or, where there are none, those that the request starts.
[[nodiscard]] Outcome<Reply> wait_for_jobs(const Session& session, const Request& request,
                                           const std::vector<std::uint64_t>& ids);

// The exit code of a reply that waited: its jobs' status. Says on standard error why a job has
// none.
ExitCode finish_wait(const Session& session, const Reply& reply);

// As standard output is, and now.
[[nodiscard]] JobStyle current_style();

// A bar where standard error is a terminal whose cursor moves, else lines; with --quiet nothing.
[[nodiscard]] ProgressLine::Style progress_style(const Session& session);

}  // namespace mgr::client
