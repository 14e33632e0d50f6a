// mgr-helper, root. Everything here was allowed and typed; what jobs tell of themselves is not
// trusted beyond their exit records.
#include "helper/effects.h"

#include <algorithm>

#include "helper/job_json.h"
#include "helper/jobs/real_time.h"
#include "protocol/reply.h"

namespace mgr {
namespace {

// A stop is answered with `timeout` when its trees are not gone this long after the grace period.
constexpr std::chrono::seconds stop_margin{10};

}  // namespace

void Effects::answer(const Errand& errand, const Effect& effect) {
  if (const auto* reply = std::get_if<Reply>(&effect)) {
    return link_.send_reply(errand.to, success_line(errand.action, reply->data));
  }
  const auto& query = std::get<QueryJobs>(effect);
  std::vector<std::uint64_t> ids;
  for (const Job* job : select(errand, query.selection, query.live_only)) {
    ids.push_back(job->spec.id);
  }
  link_.send_reply(errand.to, success_line(errand.action, jobs_json(ids)));
}

void Effects::queue(Errand errand, Effect effect, AuditedEffect record) {
  queue_.push_back({std::move(errand), std::move(effect), std::move(record)});
}

void Effects::commit() {
  if (queue_.empty()) return;
  std::vector<Queued> batch = std::move(queue_);
  queue_.clear();
  const auto on_disk = audit_.flush(true);
  for (Queued& queued : batch) {
    const auto* start = std::get_if<StartJobs>(&queued.effect);
    if (!on_disk) {
      fail_errand(queued.errand, queued.record, on_disk.error());
    } else if (start != nullptr) {
      carry_out(queued, *start);
    } else {
      carry_out(queued, std::get<StopJobs>(queued.effect));
    }
  }
}

void Effects::carry_out(Queued& queued, const StartJobs& start) {
  const Errand& errand = queued.errand;
  for (const JobPlan& plan : start.jobs) {
    const Job* other = plan.key.empty() ? nullptr : jobs_->alive_with_key(plan.key);
    if (other != nullptr && !may_see(errand, *other)) {
      return fail_errand(errand, queued.record,
                         {ErrorCode::conflict, plan.key + " is running for somebody else"});
    }
  }
  std::vector<JobNote> notes;
  for (const JobPlan& plan : start.jobs) {
    const Job* running = plan.key.empty() ? nullptr : jobs_->alive_with_key(plan.key);
    if (running != nullptr) {
      notes.push_back({running, false});
      continue;
    }
    auto spec = spec_of(errand, plan);
    const auto id = spec ? jobs_->start(std::move(*spec)) : tl::unexpected(spec.error());
    if (!id) {
      const std::string started = notes.empty() ? "" : "; others were started: " + ids_of(notes);
      return fail_errand(
          errand, queued.record,
          {notes.empty() ? id.error().code : ErrorCode::failed, id.error().detail + started});
    }
    notes.push_back({jobs_->find(*id), true});
  }
  succeed(errand, queued.record, jobs_object(notes));
}

Result<JobSpec> Effects::spec_of(const Errand& errand, const JobPlan& plan) const {
  if (plan.run.uid == UINT32_MAX || plan.run.gid == UINT32_MAX) {
    return fail(ErrorCode::failed, "this machine has no user " + plan.run.user);
  }
  JobSpec spec;
  spec.module = errand.module;
  spec.action = errand.action;
  spec.key = plan.key;
  spec.arguments = plan.arguments;
  spec.asker = errand.asker;
  spec.accepted_us = real_time_us();
  spec.run = plan.run;
  return spec;
}

void Effects::carry_out(Queued& queued, const StopJobs& stop) {
  const Errand& errand = queued.errand;
  const auto selected = select(errand, stop.selection, false);
  for (const std::string& key : stop.selection.keys) {
    const auto has_key = [&](const Job* job) { return job->spec.key == key; };
    if (std::ranges::none_of(selected, has_key)) {
      return fail_errand(errand, queued.record, {ErrorCode::not_found, "no job " + key});
    }
  }
  stopping_.push_back({errand, std::move(queued.record), {}, 0, nullptr});
  Stopping& stopping = stopping_.back();
  std::chrono::milliseconds longest_grace{0};
  for (const Job* job : selected) {
    stopping.ids.push_back(job->spec.id);
    if (!job->alive()) continue;
    ++stopping.alive;
    longest_grace = std::max(longest_grace, job->spec.run.stop_grace);
  }
  const auto limit = static_cast<std::uint64_t>((longest_grace + stop_margin).count());
  stopping.limit = Watch::after(loop_, limit, [this, &stopping] { give_up(stopping); });
  if (stopping.alive == 0) return finish(std::prev(stopping_.end()));
  const std::vector<std::uint64_t> ids = stopping.ids;
  for (const std::uint64_t id : ids) jobs_->stop(id);
}

void Effects::job_ended(const Job& job) {
  audit_.job_ended(job);
  for (auto stopping = stopping_.begin(); stopping != stopping_.end();) {
    const auto current = stopping++;
    if (std::ranges::find(current->ids, job.spec.id) == current->ids.end()) continue;
    if (--current->alive == 0) finish(current);
  }
}

void Effects::finish(std::list<Stopping>::iterator stopping) {
  succeed(stopping->errand, stopping->record, jobs_json(stopping->ids));
  stopping_.erase(stopping);
}

void Effects::give_up(Stopping& stopping) {
  fail_errand(stopping.errand, stopping.record,
              {ErrorCode::timeout, "still stopping: " + std::to_string(stopping.alive) +
                                       " of the jobs are not gone yet"});
  stopping_.remove_if([&](const Stopping& other) { return &other == &stopping; });
}

bool Effects::may_see(const Errand& errand, const Job& job) const {
  if (errand.scope == JobScope::all) return true;
  const Asker& asker = errand.asker;
  if (asker.uid == UINT32_MAX || asker.uid != job.spec.asker.uid) return false;
  return errand.scope == JobScope::own || asker.on_behalf_of == job.spec.asker.on_behalf_of;
}

// The newest job of each key, of those that the caller may see; jobs without a key each for itself.
std::vector<const Job*> Effects::select(const Errand& errand, const JobSelection& selection,
                                        bool alive_only) const {
  std::vector<const Job*> selected;
  for (const Job* job : jobs_->of_module(selection.module)) {
    const bool asked_for = selection.keys.empty() ||
                           std::ranges::find(selection.keys, job->spec.key) != selection.keys.end();
    if (!asked_for || !may_see(errand, *job) || (alive_only && !job->alive())) continue;
    const auto same_key = [&](const Job* other) { return other->spec.key == job->spec.key; };
    const auto older =
        job->spec.key.empty() ? selected.end() : std::ranges::find_if(selected, same_key);
    if (older == selected.end()) {
      selected.push_back(job);
    } else {
      *older = job;
    }
  }
  return selected;
}

std::string Effects::jobs_json(const std::vector<std::uint64_t>& ids) const {
  std::vector<JobNote> notes;
  for (const std::uint64_t id : ids) notes.push_back({jobs_->find(id), std::nullopt});
  return jobs_object(notes);
}

void Effects::succeed(const Errand& errand, AuditedEffect& record, const std::string& data) {
  record.succeeded(data);
  link_.send_reply(errand.to, success_line(errand.action, data));
}

void Effects::fail_errand(const Errand& errand, AuditedEffect& record, const Error& error) {
  link_.send_reply(errand.to, failure_line(error, record.seq()));
  record.failed(error);
}

}  // namespace mgr
