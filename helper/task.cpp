// mgr-helper, root.
#include "helper/task.h"

#include "protocol/reply.h"

namespace mgr {

void succeed(Link& link, Task& task, const std::string& data) {
  if (task.record) task.record->succeeded(data);
  link.send_reply(task.errand.to, success_line(task.errand.action, data));
}

void succeed_with(Link& link, Task& task, const Jobs& jobs, const std::vector<JobNote>& notes) {
  if (task.record) task.record->succeeded(outcome_object(jobs, notes));
  link.send_reply(task.errand.to,
                  success_line(task.errand.action, jobs_object(jobs, notes, task.errand.repeated)));
}

void fail_task(Link& link, Task& task, const Error& error) {
  const std::uint64_t seq = task.record ? task.record->seq() : 0;
  link.send_reply(task.errand.to, failure_line(error, seq));
  if (task.record) task.record->failed(error);
}

}  // namespace mgr
