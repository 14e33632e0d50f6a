// Helper, root; pure.
#include "helper/jobs/schedule.h"

#include <algorithm>

namespace mgr {
namespace {

std::string kind_of(const JobSpec& spec) { return spec.module + '\n' + spec.action; }

}  // namespace

std::size_t Schedule::Kind::places(std::uint32_t max_running, std::size_t in_all) const {
  if (max_running == 0) return in_all;
  return std::min(in_all, max_running - std::min<std::size_t>(max_running, running.size()));
}

std::size_t Schedule::places_in_all(bool urgent) const {
  if (urgent) return 1;
  return most_in_all_ - std::min<std::size_t>(most_in_all_, running_);
}

bool Schedule::has_room_for(const JobSpec& spec) const {
  static const Kind none;
  const auto found = kinds_.find(kind_of(spec));
  const Kind& kind = found == kinds_.end() ? none : found->second;
  std::size_t places = kind.places(spec.run.max_running, places_in_all(spec.urgent));
  if (!spec.run.lock.empty())
    places = std::min<std::size_t>(places, 1 - locks_.count(spec.run.lock));
  return kind.waiting.size() + kind.resting.size() < spec.run.queue + places;
}

void Schedule::enter(const JobSpec& spec) {
  if (spec.run.is_transient()) return;
  alive_.insert(spec.id);
  if (spec.alone) alone_.insert(spec.id);
  if (spec.urgent) urgent_.insert(spec.id);
}

void Schedule::end(const JobSpec& spec) {
  leave(spec);
  alive_.erase(spec.id);
  alone_.erase(spec.id);
  urgent_.erase(spec.id);
}

void Schedule::wait(const JobSpec& spec) {
  Kind& kind = kinds_[kind_of(spec)];
  kind.resting.erase(spec.id);
  kind.waiting[spec.id] = {spec.run.max_running, spec.run.lock, spec.alone, spec.urgent};
}

void Schedule::run(const JobSpec& spec) {
  Kind& kind = kinds_[kind_of(spec)];
  kind.waiting.erase(spec.id);
  if (!kind.running.insert(spec.id).second) return;
  ++running_;
  if (!spec.run.lock.empty()) locks_.emplace(spec.run.lock, spec.id);
}

void Schedule::rest(const JobSpec& spec) {
  leave(spec);
  kinds_[kind_of(spec)].resting.insert(spec.id);
}

void Schedule::leave(const JobSpec& spec) {
  const auto found = kinds_.find(kind_of(spec));
  if (found == kinds_.end()) return;
  Kind& kind = found->second;
  kind.waiting.erase(spec.id);
  kind.resting.erase(spec.id);
  running_ -= kind.running.erase(spec.id);
  if (kind.waiting.empty() && kind.running.empty() && kind.resting.empty()) kinds_.erase(found);
  const auto lock = locks_.find(spec.run.lock);
  if (lock != locks_.end() && lock->second == spec.id) locks_.erase(lock);
}

std::uint64_t Schedule::next() const {
  std::uint64_t oldest = 0;
  for (const auto& [name, kind] : kinds_) {
    if (kind.waiting.empty()) continue;
    const auto& [id, job] = *kind.waiting.begin();
    const std::size_t places = kind.places(job.max_running, places_in_all(job.urgent));
    if (places == 0 || locks_.contains(job.lock)) continue;
    if (job.alone && has_others(id)) continue;
    if (oldest == 0 || id < oldest) oldest = id;
  }
  return oldest;
}

}  // namespace mgr
