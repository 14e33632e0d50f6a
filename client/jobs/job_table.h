// mgrctl, with the caller's own uid. Jobs as a table, as lines and in full. Distrusts every text of
// the daemon's: none is shown before it was made harmless, and none is trusted to be short.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "client/jobs/job.h"
#include "client/json_value.h"

namespace mgr::client {

struct JobStyle {
  bool colour = false;   // states in colour: for a terminal
  std::int64_t now = 0;  // milliseconds since 1970; ages and running times are counted up to here
};

// ID STATE PROGRESS MODULE ACTION KEY CALLER AGE DURATION EXIT, a row each; where some job says it,
// also DUE, and WAITS FOR with the ids of others.
[[nodiscard]] std::string render_job_table(const std::vector<Job>& jobs, const JobStyle& style);

// One change on one line: "2026-11-22 22:00:00 UTC  7  running  42 %  scan:17".
[[nodiscard]] std::string render_job_change(const Job& job, const JobStyle& style);

// All that a reply tells of one job, a line each, with what this version does not know at the end.
[[nodiscard]] std::string render_job_details(const JsonValue& job, const JobStyle& style);

// The ids, a line each.
[[nodiscard]] std::string render_job_ids(const std::vector<Job>& jobs);

// "2026-11-22 22:10:00 UTC (in 4 min)", of what the job is for; "" where it says no such time.
[[nodiscard]] std::string due_text(const Job& job, const JobStyle& style);

// "3, 4": the first of them, and … where there are more.
[[nodiscard]] std::string waits_for_text(const std::vector<std::uint64_t>& ids);

// "0", "3", "signal 9", or "-" while there is none.
[[nodiscard]] std::string exit_text(const Job& job);

}  // namespace mgr::client
