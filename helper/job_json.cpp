// mgr-helper, root; pure.
#include "helper/job_json.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "protocol/utc_time.h"

namespace mgr {
namespace {

constexpr std::size_t longest_list = 768 << 10;  // an answer ends
constexpr std::size_t longest_outcome = 4 << 10;
constexpr std::size_t most_waited_for = 1000;

void append_asker(JsonWriter& json, const Asker& asker) {
  if (asker.uid == UINT32_MAX && asker.key.empty()) return;
  json.key("caller").open_object();
  if (asker.key.empty()) json.member("uid", asker.uid);
  if (!asker.key.empty()) json.member("key", asker.key);
  if (!asker.on_behalf_of.empty()) json.member("on_behalf_of", asker.on_behalf_of);
  json.close_object();
}

void append_exit(JsonWriter& json, const Job& job) {
  const ExitRecord& exit = *job.exit;
  json.member("ended", utc_time(exit.ended_us));
  if (exit.outcome == JobOutcome::exited) json.member("exit_status", exit.status);
  if (exit.outcome == JobOutcome::signalled) json.member("signal", exit.status);
  if (!exit.detail.empty()) json.member("detail", exit.detail);
  if (job.start) json.member("wall_ms", (exit.ended_us - job.start->started_us) / 1000);
  json.member("processor_ms", exit.processor_us / 1000);
  if (exit.peak_memory != 0) json.member("peak_memory", exit.peak_memory);
  json.member("output_bytes", exit.output_bytes);
}

void append_members(JsonWriter& json, const Job& job) {
  const JobSpec& spec = job.spec;
  json.member("id", spec.id);
  if (!spec.key.empty()) json.member("key", spec.key);
  json.member("module", spec.module).member("action", spec.action);
  json.member("state", state_name(job.state));
  append_asker(json, spec.asker);
  if (job.progress) json.member("progress", unsigned{*job.progress});
  json.member("attempt", job.attempt).member("accepted", utc_time(spec.accepted_us));
  if (job.start) json.member("started", utc_time(job.start->started_us));
  if (job.start && job.alive() && spec.delay.count() > 0) {
    const std::chrono::microseconds delay = spec.delay;
    json.member("due", utc_time(job.start->started_us + delay.count()));
  }
  if (job.exit) append_exit(json, job);
}

// What one that runs alone still waits for.
void append_waits(JsonWriter& json, const Jobs& jobs, const Job& job) {
  const bool waits = job.state == JobState::accepted || job.state == JobState::queued;
  if (!job.spec.alone || !waits) return;
  std::set<std::uint64_t> others = jobs.alive();
  others.erase(job.spec.id);
  const std::size_t left_out = others.size() - std::min(others.size(), most_waited_for);
  others.erase(std::prev(others.end(), static_cast<std::ptrdiff_t>(left_out)), others.end());
  append_list(json, "waits_for", others);
  if (left_out > 0) json.member("waits_for_left_out", left_out);
}

void append_job(JsonWriter& json, const Jobs& jobs, const Job& job) {
  append_members(json, job);
  append_waits(json, jobs, job);
}

void append_limits(JsonWriter& json, const RunSettings& run) {
  json.key("limits").open_object();
  const auto limit = [&](std::string_view name, std::uint64_t value) {
    if (value != 0) json.member(name, value);
  };
  limit("memory", run.memory);
  limit("processes", run.processes);
  limit("cpu_seconds", run.cpu_seconds);
  limit("open_files", run.open_files);
  limit("file_size", run.file_size);
  json.close_object();
}

void append_details(JsonWriter& json, const JobSpec& spec) {
  append_list(json, "argv", spec.run.argv);
  json.member("user", spec.run.user);
  json.key("arguments").open_object();
  for (const Field& field : spec.arguments) json.member(field.name, field.value);
  json.close_object();
  if (spec.run.timeout.count() > 0) json.member("timeout_ms", spec.run.timeout.count());
  append_limits(json, spec.run);
}

// Where not all fit, the oldest are left out.
std::string list_of(const Jobs& jobs, const std::vector<JobNote>& notes, std::size_t longest,
                    void (*append)(JsonWriter&, const Jobs&, const Job&), bool repeated = false) {
  std::vector<std::string> newest_first;
  std::size_t length = 0, left_out = 0;
  for (auto note = notes.rbegin(); note != notes.rend(); ++note) {
    const Job* job = jobs.find(note->id);
    if (job == nullptr) continue;
    if (length > longest) {
      ++left_out;
      continue;
    }
    JsonWriter json;
    append(json.open_object(), jobs, *job);
    if (note->is_new) json.member("new", *note->is_new);
    newest_first.push_back(json.close_object().take());
    length += newest_first.back().size();
  }
  JsonWriter json;
  json.open_object().key("jobs").open_array();
  for (auto job = newest_first.rbegin(); job != newest_first.rend(); ++job) json.raw(*job);
  json.close_array();
  if (left_out > 0) json.member("left_out", left_out);
  if (repeated) json.member("repeated", true);
  json.close_object();
  return json.take();
}

}  // namespace

std::string outcome_object(const Jobs& jobs, const std::vector<JobNote>& notes) {
  return list_of(jobs, notes, longest_outcome, [](JsonWriter& json, const Jobs&, const Job& job) {
    json.member("id", job.spec.id).member("state", state_name(job.state));
  });
}

std::string jobs_object(const Jobs& jobs, const std::vector<JobNote>& notes, bool repeated) {
  return list_of(jobs, notes, longest_list, append_job, repeated);
}

std::string detailed_object(const Jobs& jobs, const std::vector<JobNote>& notes) {
  return list_of(jobs, notes, longest_list, [](JsonWriter& json, const Jobs& all, const Job& job) {
    append_job(json, all, job);
    append_details(json, job.spec);
  });
}

std::string job_object(const Job* job) {
  JsonWriter json;
  json.open_object().key("jobs").open_array();
  if (job != nullptr) {
    json.open_object();
    append_members(json, *job);
    json.close_object();
  }
  json.close_array().close_object();
  return json.take();
}

}  // namespace mgr
