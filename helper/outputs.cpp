// mgr-helper, root. Opens what mgr-job wrote and reads nothing of it.
#include "helper/outputs.h"

#include <set>
#include <utility>

#include "protocol/json.h"
#include "protocol/reply.h"

namespace mgr {
namespace {

// Why it is no success; nothing where it is one.
std::optional<Error> failure_of(const Job& job) {
  const ExitRecord& exit = *job.exit;
  const std::string why = exit.detail.empty() ? "" : ": " + exit.detail;
  switch (job.state) {
    case JobState::succeeded:
      return std::nullopt;
    case JobState::stopped:
      return Error{ErrorCode::failed, "stopped"};
    case JobState::timed_out:
      return Error{ErrorCode::timeout, "the command was stopped at its timeout"};
    default:
      break;
  }
  if (exit.outcome == JobOutcome::exited) {
    return Error{ErrorCode::failed, "exit status " + std::to_string(exit.status) + why};
  }
  if (exit.outcome == JobOutcome::signalled) {
    return Error{ErrorCode::failed, "signal " + std::to_string(exit.status) + why};
  }
  return Error{ErrorCode::failed, exit.detail};
}

// Not closed yet.
JsonWriter data_of(const Job& job) {
  JsonWriter json;
  json.open_object().member("job", job.spec.id);
  if (job.exit->outcome == JobOutcome::exited) json.member("exit", job.exit->status);
  if (job.exit->outcome == JobOutcome::signalled) json.member("signal", job.exit->status);
  return json;
}

}  // namespace

void Outputs::answer_with(const Jobs& jobs, std::uint64_t job, Task task) {
  const std::string& key = task.errand.sharing_key;
  if (!jobs.find(job)->alive()) {
    const std::uint64_t age_ms = cache_.age_ms(key);
    return ready_.push_back({job, std::move(task), age_ms});
  }
  cache_.begin(key, job);
  waiting_.emplace(job, std::move(task));
}

void Outputs::job_ended(const Job& job) {
  if (!job.spec.run.is_transient()) return;
  const auto [first, last] = waiting_.equal_range(job.spec.id);
  const std::string key = first == last ? "" : first->second.errand.sharing_key;
  for (auto next = first; next != last; ++next) {
    ready_.push_back({job.spec.id, std::move(next->second)});
  }
  waiting_.erase(first, last);
  if (!cache_.keep(job, key)) ended_.push_back(job.spec.id);
}

void Outputs::send(const Jobs& jobs) {
  for (; has_ready(); ready_.pop_front()) send_one(jobs, ready_.front());
}

void Outputs::send_one(const Jobs& jobs, Ready& ready) {
  const Job* job = jobs.find(ready.job);
  if (job == nullptr) {
    return fail_task(link_, ready.task, {ErrorCode::failed, "what it printed was removed"});
  }
  JsonWriter data = data_of(*job);
  if (ready.age_ms) data.member("cached", true).member("age_ms", *ready.age_ms);
  data.close_object();
  Task& task = ready.task;
  const auto failure = failure_of(*job);
  const std::string line =
      failure ? failure_line(*failure, task.record ? task.record->seq() : 0, data.text())
              : success_line(task.errand.action, data.text());
  auto files = jobs.open_output(ready.job);
  if (!files && !failure) return fail_task(link_, task, files.error());
  if (task.record && failure) task.record->failed(*failure);
  if (task.record && !failure) task.record->succeeded(data.text());
  if (!files) return link_.send_reply(task.errand.to, line);
  link_.send_result(task.errand.to, {job->spec.run.json_output, job->exit->output_bytes, line},
                    std::move(*files));
}

void Outputs::remove_answered(Jobs& jobs) {
  for (const std::uint64_t id : cache_.take_gone()) ended_.push_back(id);
  std::set<std::uint64_t> unanswered;
  for (const Ready& ready : ready_) unanswered.insert(ready.job);
  std::erase_if(ended_, [&](std::uint64_t id) {
    return !unanswered.contains(id) && (static_cast<void>(jobs.remove(id)), true);
  });
}

void Outputs::client_gone(std::uint64_t reader) {
  for (auto next = waiting_.begin(); next != waiting_.end();) {
    const auto waiting = next++;
    Task& task = waiting->second;
    if (task.errand.reader != reader || task.record) continue;
    fail_task(link_, task, {ErrorCode::timeout, "its client has gone"});
    waiting_.erase(waiting);
  }
}

void Outputs::link_lost() {
  std::erase_if(waiting_, [](const auto& waiting) { return !waiting.second.record; });
}

}  // namespace mgr
