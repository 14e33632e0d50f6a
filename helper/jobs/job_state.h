// What a job's records mean. Helper and mgr-job; pure.
#pragma once

#include "helper/jobs/job_files.h"
#include "helper/jobs/jobs.h"

namespace mgr {

// The state of a job that has ended so. A stop or timeout counts as such whatever the command then
// made of it.
[[nodiscard]] inline JobState state_of(const ExitRecord& record) {
  if (record.outcome == JobOutcome::lost) return JobState::lost;
  if (record.outcome == JobOutcome::could_not_start) return JobState::failed;
  if (record.timed_out) return JobState::timed_out;
  if (record.stopped) return JobState::stopped;
  const bool succeeded = record.outcome == JobOutcome::exited && record.status == 0;
  return succeeded ? JobState::succeeded : JobState::failed;
}

}  // namespace mgr
