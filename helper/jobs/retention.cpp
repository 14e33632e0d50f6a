// Helper, root; pure.
#include "helper/jobs/retention.h"

#include <algorithm>

namespace mgr {

std::uint64_t Retention::size_of(const JobSpec& spec, const ExitRecord& exit) {
  constexpr std::uint64_t records = 16 << 10;  // a folder and its small files, in blocks
  return records + std::min(exit.output_bytes, spec.run.output_limit);
}

void Retention::ended(const JobSpec& spec, const ExitRecord& exit) {
  const std::uint64_t size = size_of(spec, exit);
  if (by_end_.emplace(std::pair(exit.ended_us, spec.id), size).second) bytes_ += size;
}

std::uint64_t Retention::removed(const JobSpec& spec, const ExitRecord& exit) {
  const auto kept = by_end_.find({exit.ended_us, spec.id});
  if (kept == by_end_.end()) return 0;
  const std::uint64_t size = kept->second;
  bytes_ -= size;
  by_end_.erase(kept);
  return size;
}

std::uint64_t Retention::next_to_go(std::int64_t now_us) const {
  if (by_end_.empty()) return 0;
  const bool too_many = by_end_.size() > keep_.most || bytes_ > keep_.bytes;
  return too_many || *next_due() <= now_us ? by_end_.begin()->first.second : 0;
}

std::optional<std::int64_t> Retention::next_due() const {
  if (by_end_.empty()) return std::nullopt;
  return by_end_.begin()->first.first + std::chrono::microseconds(keep_.longest).count();
}

}  // namespace mgr
