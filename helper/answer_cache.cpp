// mgr-helper, root. Holds nothing that a job printed: only which job.
#include "helper/answer_cache.h"

#include <algorithm>

#include "protocol/archive.h"

namespace mgr {

std::string sharing_key(const Errand& errand, std::uint64_t in_force, const Rule& rule,
                        const Effect& effect) {
  const auto* start = std::get_if<StartJobs>(&effect);
  if (start == nullptr || start->jobs.size() != 1) return "";
  const JobPlan& plan = start->jobs.front();
  if (plan.run.cache.count() == 0 || plan.run.input != InputKind::none) return "";
  const bool claimed = rule.jobs == JobScope::claimed;
  Encoder key;
  key(errand.module, errand.action, plan.arguments, in_force,
      reinterpret_cast<std::uintptr_t>(&rule), claimed ? errand.asker.on_behalf_of : std::string());
  return key.take();
}

std::uint64_t AnswerCache::job_of(const Jobs& jobs, const std::string& key) const {
  const auto found = key.empty() ? shared_.end() : shared_.find(key);
  if (found == shared_.end()) return 0;
  // It may have been pruned, and one that is being stopped is no answer to who comes now.
  const Job* job = jobs.find(found->second.job);
  return job != nullptr && job->state != JobState::stopping ? job->spec.id : 0;
}

std::uint64_t AnswerCache::age_ms(const std::string& key) const {
  const auto found = shared_.find(key);
  return found == shared_.end() ? 0 : uv_now(loop_) - found->second.ended_ms;
}

void AnswerCache::begin(const std::string& key, std::uint64_t job) {
  if (key.empty() || shared_[key].job == job) return;
  let_go(key);
  shared_[key].job = job;
}

bool AnswerCache::keep(const Job& job, const std::string& key) {
  const auto found = shared_.find(key);
  if (found == shared_.end() || found->second.job != job.spec.id) return false;
  if (job.state != JobState::succeeded) {
    shared_.erase(found);
    return false;
  }
  Shared& shared = found->second;
  shared.ended_ms = uv_now(loop_);
  shared.bytes = std::min(job.exit->output_bytes, job.spec.run.output_limit);
  shared.expires = Watch::after(loop_, static_cast<std::uint64_t>(job.spec.run.cache.count()),
                                [this, key] { let_go(key); });
  kept_[job.spec.id] = key;
  kept_bytes_ += shared.bytes;
  while (kept_.size() > most_kept || kept_bytes_ > most_kept_bytes) {
    let_go(std::string(kept_.begin()->second));
  }
  return true;
}

void AnswerCache::let_go(const std::string& key) {
  auto shared = shared_.extract(key);  // a timer's own key goes with it, at the end
  if (shared.empty() || kept_.erase(shared.mapped().job) == 0) return;
  kept_bytes_ -= shared.mapped().bytes;
  gone_.push_back(shared.mapped().job);
}

}  // namespace mgr
