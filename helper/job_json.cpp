// mgr-helper, root; pure.
#include "helper/job_json.h"

#include "helper/utc_time.h"
#include "protocol/json.h"

namespace mgr {
namespace {

void append_exit(JsonWriter& json, const ExitRecord& exit) {
  json.member("ended", utc_time(exit.ended_us));
  if (exit.outcome == JobOutcome::exited) json.member("exit_status", exit.status);
  if (exit.outcome == JobOutcome::signalled) json.member("signal", exit.status);
  if (!exit.detail.empty()) json.member("detail", exit.detail);
}

}  // namespace

std::string jobs_object(const std::vector<JobNote>& notes) {
  JsonWriter json;
  json.open_object().key("jobs").open_array();
  for (const auto& [job, is_new] : notes) {
    const JobSpec& spec = job->spec;
    json.open_object().member("id", spec.id);
    if (!spec.key.empty()) json.member("key", spec.key);
    json.member("module", spec.module).member("action", spec.action);
    json.member("state", state_name(job->state));
    if (is_new) json.member("new", *is_new);
    json.member("accepted", utc_time(spec.accepted_us));
    if (job->start) json.member("started", utc_time(job->start->started_us));
    if (job->exit) append_exit(json, *job->exit);
    json.close_object();
  }
  json.close_array().close_object();
  return json.take();
}

std::string ids_of(const std::vector<JobNote>& notes) {
  std::string text;
  for (const JobNote& note : notes) {
    text += (text.empty() ? "" : ", ") + std::to_string(note.job->spec.id);
  }
  return text;
}

}  // namespace mgr
