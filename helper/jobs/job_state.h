// What a job's records mean. Helper and mgr-job; pure.
#pragma once

#include <algorithm>

#include "helper/jobs/job_files.h"
#include "helper/jobs/jobs.h"

namespace mgr {

// The state of a job that has ended so. A stop or timeout counts as such whatever the command then
// made of it.
[[nodiscard]] inline JobState state_of(const JobSpec& spec, const ExitRecord& record) {
  if (record.outcome == JobOutcome::lost) return JobState::lost;
  if (record.stopped) return JobState::stopped;
  if (record.outcome == JobOutcome::could_not_start) return JobState::failed;
  if (record.timed_out) return JobState::timed_out;
  const auto is_status = [&](std::uint8_t status) { return status == record.status; };
  const bool succeeded =
      record.outcome == JobOutcome::exited && std::ranges::any_of(spec.run.success_exit, is_status);
  return succeeded ? JobState::succeeded : JobState::failed;
}

// Whether another attempt follows one that ended so: where the command ran and failed by itself.
[[nodiscard]] inline bool is_retried(const Job& job) {
  const JobState state = state_of(job.spec, *job.exit);
  const bool exited = job.exit->outcome == JobOutcome::exited;
  const auto& worth_it = job.spec.run.retry_exit;
  // A status says nothing of the failure where the timeout came first.
  const bool in_vain = exited && state == JobState::failed && !worth_it.empty() &&
                       std::ranges::count(worth_it, job.exit->status) == 0;
  const bool ran = exited || job.exit->outcome == JobOutcome::signalled;
  return ran && !in_vain && (state == JobState::failed || state == JobState::timed_out) &&
         job.attempt <= job.spec.run.retries;
}

}  // namespace mgr
