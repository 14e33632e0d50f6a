// An errand whose effect is on its way: the answer that is owed, and the audit record that waits
// for its outcome. Helper, root.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "helper/audit.h"
#include "helper/errand.h"
#include "helper/job_json.h"

namespace mgr {

struct Task {
  Errand errand;
  std::optional<AuditedEffect> record;  // empty for what has no effect
};

// The one last reply, and the outcome into the audit.
void succeed(Link& link, Task& task, const std::string& data);
// With these jobs; the audit gets no more of them than their ids and states.
void succeed_with(Link& link, Task& task, const Jobs& jobs, const std::vector<JobNote>& notes);
void fail_task(Link& link, Task& task, const Error& error);

}  // namespace mgr
