// mgr-helper, root. Everything here was allowed and typed; what jobs tell of themselves is not
// trusted beyond their records.
#include "helper/effects.h"

#include <algorithm>
#include <utility>

#include "helper/job_json.h"
#include "helper/job_selection.h"
#include "helper/jobs/real_time.h"
#include "protocol/json.h"

namespace mgr {
namespace {

// A stop is answered with `timeout` when its trees are not gone this long after the grace period.
constexpr std::chrono::seconds stop_margin{10};
constexpr const char* too_many_answers = "too many are answered with output already";
constexpr std::size_t most_pruned = 1000;  // in one request; more are left for the next

std::vector<JobNote> notes_of(const std::vector<const Job*>& jobs) {
  std::vector<JobNote> notes;
  for (const Job* job : jobs) notes.push_back({job->spec.id});
  return notes;
}

}  // namespace

Effects::Effects(uv_loop_t* loop, Audit& audit, Link& link, Reloads& reloads)
    : audit_(audit),
      link_(link),
      reloads_(reloads),
      waits_(loop, link),
      watchers_(link),
      follows_(link),
      outputs_(loop, link) {}

JobEvents Effects::job_events() {
  return {
      [this](const Job& job) { job_ended(job); },
      [this](const Job& job) { watchers_.job_changed(job); },
      [this](const Job& job, std::uint64_t bytes) { follows_.job_printed(*jobs_, job, bytes); }};
}

void Effects::answer(Errand errand, Effect effect) {
  Task task{std::move(errand), std::nullopt};
  if (const auto* reply = std::get_if<Reply>(&effect)) return succeed(link_, task, reply->data);
  if (const auto* asked = std::get_if<QueryJobs>(&effect)) return query(std::move(task), *asked);
  if (auto* watched = std::get_if<WatchJobs>(&effect)) {
    return watchers_.add(std::move(task.errand), std::move(watched->selection));
  }
  if (const auto* follow = std::get_if<FollowJob>(&effect)) {
    return follows_.add(*jobs_, std::move(task.errand), *follow);
  }
  if (task.errand.repeated) {
    auto notes = earlier(task.errand);
    return started({std::move(task), std::move(*notes)});
  }
  if (std::holds_alternative<StartJobs>(effect)) {
    return sharing_.push_back(std::move(task));  // behind the one that starts it
  }
  const auto& wait = std::get<WaitForJobs>(effect);
  const auto selected = select(*jobs_, task.errand, wait.selection);
  if (!selected) return fail_task(link_, task, selected.error());
  waits_.wait(*jobs_, std::move(task), notes_of(*selected), wait.limit, "the limit has passed");
}

void Effects::query(Task task, const QueryJobs& effect) {
  const auto selected = select(*jobs_, task.errand, effect.selection);
  if (!selected) return fail_task(link_, task, selected.error());
  const auto notes = notes_of(*selected);
  succeed(link_, task,
          effect.details ? detailed_object(*jobs_, notes) : jobs_object(*jobs_, notes));
}

bool Effects::shares_answer(const Errand& errand) const {
  return queued_keys_.contains(errand.sharing_key) ||
         outputs_.job_of(*jobs_, errand.sharing_key) != 0;
}

void Effects::queue(Errand errand, Effect effect, AuditedEffect record) {
  if (!errand.sharing_key.empty()) queued_keys_.insert(errand.sharing_key);
  queue_.push_back({{std::move(errand), std::move(record)}, std::move(effect)});
}

void Effects::commit() {
  if (!queue_.empty()) commit_queue();
  for (Task& task : std::exchange(sharing_, {})) share(std::move(task));
  gone_.clear();
  all_gone_ = false;
}

// A stream lives as long as its reader, who may have gone while it was queued.
bool Effects::has_reader(const Errand& errand) const {
  return !all_gone_ && !gone_.contains(errand.reader);
}

void Effects::commit_queue() {
  std::vector<Queued> batch = std::exchange(queue_, {});
  queued_keys_.clear();
  static_cast<void>(audit_.has_reserve());  // made up while it can be
  const auto on_disk = audit_.flush(true);
  for (auto& [task, effect] : batch) {
    if (!on_disk) {
      fail_task(link_, task, on_disk.error());
    } else if (is_stream(effect) && !has_reader(task.errand)) {
      fail_task(link_, task, {ErrorCode::timeout, "its client has gone; nothing was started"});
    } else if (const auto* started = std::get_if<StartJobs>(&effect)) {
      start(std::move(task), *started);
    } else if (std::holds_alternative<ReloadConfiguration>(effect)) {
      reloads_.ask(std::move(task));
    } else {
      commit_starts();  // what was asked for before is there to be stopped
      if (const auto* stopped = std::get_if<StopJobs>(&effect)) {
        stop(std::move(task), *stopped);
      } else if (const auto* pruned = std::get_if<PruneJobs>(&effect)) {
        prune(std::move(task), *pruned);
      }
    }
  }
  commit_starts();
}

void Effects::start(Task task, const StartJobs& effect) {
  const bool urgent = std::ranges::all_of(effect.jobs, &JobPlan::urgent);
  if (!audit_.has_reserve() && !urgent) {
    return fail_task(link_, task, {ErrorCode::failed, "the disk is full; nothing was started"});
  }
  const RunMode mode = effect.jobs.empty() ? RunMode::job : effect.jobs.front().run.mode;
  if (const auto room = has_room_for(mode); !room) return fail_task(link_, task, room.error());
  if (urgent) commit_starts();        // one that does not fit on disk fails without this one
  auto notes = earlier(task.errand);  // in this turn
  task.errand.repeated = notes && !notes->empty();
  if (notes && notes->empty()) notes = accept_jobs(*jobs_, audit_, task.errand, effect);
  if (!notes) return fail_task(link_, task, notes.error());
  starting_.push_back({std::move(task), std::move(*notes), mode});
  if (urgent) commit_starts();
}

// Before anything is started: an answer that has no place later would be lost.
Result<void> Effects::has_room_for(RunMode mode) {
  const auto streams = std::ranges::count(starting_, RunMode::stream, &Starting::mode);
  const bool room = mode == RunMode::stream
                        ? follows_.has_room(static_cast<std::size_t>(streams) + 1)
                        : mode == RunMode::job || outputs_.has_room();
  if (!room) return fail(ErrorCode::busy, too_many_answers);
  return {};
}

void Effects::commit_starts() {
  if (starting_.empty()) return;
  std::vector<Starting> batch = std::exchange(starting_, {});
  const auto on_disk = jobs_->commit();
  for (Starting& starting : batch) {
    if (on_disk) {
      started(std::move(starting));
    } else {
      fail_task(link_, starting.task,
                {on_disk.error().code, on_disk.error().detail + "; nothing was started"});
    }
  }
}

void Effects::started(Starting starting) {
  auto& [task, notes, mode] = starting;
  if (mode == RunMode::output) {
    return outputs_.answer_with(*jobs_, notes.front().id, std::move(task));
  }
  if (mode == RunMode::job && !task.errand.wait) return succeed_with(link_, task, *jobs_, notes);
  // It has been started; its end is its own.
  if (task.record) task.record->succeeded(outcome_object(*jobs_, notes));
  task.record.reset();
  if (mode == RunMode::stream) {
    return follows_.add_own(*jobs_, std::move(task.errand), notes.front().id);
  }
  waits_.wait(*jobs_, std::move(task), std::move(notes), {}, "");
}

void Effects::share(Task task) {
  const std::uint64_t job = outputs_.job_of(*jobs_, task.errand.sharing_key);
  if (job != 0 && !outputs_.has_room()) {
    return fail_task(link_, task, {ErrorCode::busy, too_many_answers});
  }
  if (job != 0) return outputs_.answer_with(*jobs_, job, std::move(task));
  fail_task(link_, task,
            {ErrorCode::busy, "the equal request before it came to nothing; try again"});
}

void Effects::stop(Task task, const StopJobs& effect) {
  const auto selected = select(*jobs_, task.errand, effect.selection);
  if (!selected) return fail_task(link_, task, selected.error());
  std::chrono::milliseconds longest_grace{0};
  for (const Job* job : *selected) {
    if (job->alive()) longest_grace = std::max(longest_grace, job->spec.run.stop_grace);
  }
  const std::vector<JobNote> notes = notes_of(*selected);
  waits_.wait(*jobs_, std::move(task), notes, longest_grace + stop_margin, "still stopping");
  for (const JobNote& note : notes) jobs_->stop(note.id);
}

void Effects::prune(Task task, const PruneJobs& effect) {
  const auto selected = select(*jobs_, task.errand, effect.selection);
  if (!selected) return fail_task(link_, task, selected.error());
  const std::int64_t before = real_time_us() - std::chrono::microseconds(effect.older_than).count();
  std::uint64_t number = 0, bytes = 0;
  for (const JobNote& note : notes_of(*selected)) {
    const Job* job = jobs_->find(note.id);
    if (number == most_pruned || job->alive() || job->exit->ended_us > before) continue;
    const auto freed = jobs_->remove(note.id);
    if (!freed && number == 0) return fail_task(link_, task, freed.error());
    if (!freed) break;
    ++number;
    bytes += *freed;
  }
  JsonWriter json;
  json.open_object().member("pruned", number).member("bytes", bytes).close_object();
  succeed(link_, task, json.take());
}

void Effects::job_ended(const Job& job) {
  audit_.job_ended(job);
  watchers_.job_changed(job);
  follows_.job_ended(*jobs_, job);
  waits_.job_ended(*jobs_, job);
  outputs_.job_ended(job);
}

void Effects::link_lost() {
  all_gone_ = true;
  waits_.link_lost();
  watchers_.link_lost();
  follows_.link_lost(*jobs_);
  outputs_.link_lost();
}

void Effects::client_gone(std::uint64_t reader) {
  if (!queue_.empty()) gone_.insert(reader);
  waits_.client_gone(reader);
  watchers_.client_gone(reader);
  follows_.client_gone(*jobs_, reader);
  outputs_.client_gone(reader);
}

}  // namespace mgr
