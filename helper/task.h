// An errand whose effect is on its way: the answer that is owed, and the audit record that waits
// for its outcome. Helper, root.
#pragma once

#include <optional>
#include <string>

#include "helper/audit.h"
#include "helper/errand.h"

namespace mgr {

struct Task {
  Errand errand;
  std::optional<AuditedEffect> record;  // empty for what has no effect
};

// The one last reply, and the outcome into the audit: `outcome` where the data is too much for it.
void succeed(Link& link, Task& task, const std::string& data, std::string_view outcome);
inline void succeed(Link& link, Task& task, const std::string& data) {
  succeed(link, task, data, data);
}
void fail_task(Link& link, Task& task, const Error& error);

}  // namespace mgr
