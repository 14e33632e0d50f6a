// mgrctl, with the caller's own uid; distrusts the reply.
#include "client/jobs/shutdown_view.h"

#include "client/display.h"

namespace mgr::client {
namespace {

std::string headline(const Job& job, const JobStyle& style) {
  const std::string action = shortened(job.action.empty() ? job.name() : job.action, 40);
  if (job.state == "stopping") return action + " is being called off\n";
  if (!job.due.empty()) return action + ": the machine goes down at " + due_text(job, style) + '\n';
  if (!job.waits_for.empty()) {
    return action +
           ": the machine goes down when these jobs have ended: " + waits_for_text(job.waits_for) +
           "; no new ones are accepted\n";
  }
  if (job.state == "running") return action + ": the machine goes down now\n";
  return action + " is " + shortened(job.state, 32) + '\n';
}

}  // namespace

Outcome<std::string> render_shutdown_status(const Reply& reply, const JobStyle& style) {
  const auto jobs = read_jobs(reply);
  if (!jobs) return tl::unexpected(jobs.error());
  const auto data = parse_json(reply.data_json);
  std::string text;
  for (std::size_t i = 0; i < jobs->size(); ++i) {
    const Job& job = (*jobs)[i];
    if (job.has_ended()) continue;
    text += (text.empty() ? "" : "\n") + headline(job, style) +
            render_job_details(data->find("jobs")->items[i], style);
  }
  return text.empty() ? "no shutdown is scheduled\n" : text;
}

}  // namespace mgr::client
