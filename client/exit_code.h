// mgrctl, with the caller's own uid. Exit codes that tell success, refusal and unavailable apart.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "client/failure.h"
#include "client/jobs/job.h"
#include "client/reply.h"

namespace mgr::client {

enum class ExitCode : int {
  ok = 0,
  failed = 1,         // failed, conflict, not_found, timeout, and what a later version may add
  usage = 2,          // the command line, or unknown_action, malformed, invalid_argument, too_large
  timed_out = 124,    // of a wait: the job's time was up, or the wait's
  mgr_failed = 125,   // of a wait: mgr's own failure, and a job that has no exit status
  denied = 126,       // unauthenticated, denied, stale
  unavailable = 127,  // busy, unavailable, no connection, no reply
};

// What the exit code tells of: the request, or the jobs that were waited for. The second keeps 0 to
// 123 for the jobs' own exit statuses, as timeout(1) and env(1) do.
enum class ExitRule { request, wait };

[[nodiscard]] ExitCode exit_code(const Reply& reply, ExitRule rule = ExitRule::request);
[[nodiscard]] ExitCode exit_code(const Failure& failure, ExitRule rule = ExitRule::request);

// Of jobs that were waited for: the exit status of the one, up to 123; of several the highest.
[[nodiscard]] ExitCode exit_code(const std::vector<Job>& jobs);

// Of an answer that is what its command printed: the command's exit status, as of a job that was
// waited for. Nothing where it is no such answer.
[[nodiscard]] std::optional<ExitCode> exit_code_of_command(const Reply& reply);

// Why the job has no exit status of its own to show: "job 7 was killed by signal 9 (KILL)". Nothing
// where it has one up to 123.
[[nodiscard]] std::optional<std::string> why_no_status(const Job& job);

}  // namespace mgr::client
