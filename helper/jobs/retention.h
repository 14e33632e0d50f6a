// Which ended jobs are kept, by age, number and size. Helper; pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "helper/jobs/job_files.h"

namespace mgr {

// [jobs] keep_for, keep_jobs and keep_bytes of mgr.toml.
struct Keep {
  std::chrono::milliseconds longest = std::chrono::hours(24 * 30);
  std::uint32_t most = 10000;
  std::uint64_t bytes = 1 << 30;
};

class Retention {
 public:
  explicit Retention(Keep keep) : keep_(keep) {}
  void set_keep(Keep keep) { keep_ = keep; }

  void ended(const JobSpec& spec, const ExitRecord& exit);
  // About how many bytes it took; 0 for one that was not kept.
  std::uint64_t removed(const JobSpec& spec, const ExitRecord& exit);

  // The oldest, where it is one too many at this time; 0 for none.
  [[nodiscard]] std::uint64_t next_to_go(std::int64_t now_us) const;
  // When the oldest will be too old, microseconds since 1970.
  [[nodiscard]] std::optional<std::int64_t> next_due() const;

 private:
  // Its records, and what is kept of its output.
  [[nodiscard]] static std::uint64_t size_of(const JobSpec& spec, const ExitRecord& exit);

  Keep keep_;
  std::map<std::pair<std::int64_t, std::uint64_t>, std::uint64_t> by_end_;  // (time, id): bytes
  std::uint64_t bytes_ = 0;
};

}  // namespace mgr
