// Benchmarks only: latencies in buckets less than 1 % wide, so that a long run costs no memory.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace mgr::bench {

// Of nanoseconds. Exact below 256, then 128 buckets to each power of two.
class Histogram {
 public:
  void add(std::uint64_t nanoseconds) {
    ++counts_[bucket_of(nanoseconds)];
    ++total_;
  }

  [[nodiscard]] std::uint64_t total() const { return total_; }

  // The value that `share` (0 to 1) of all values do not exceed; 0 when there are none.
  [[nodiscard]] std::uint64_t quantile(double share) const {
    const auto wanted = static_cast<std::uint64_t>(share * static_cast<double>(total_));
    std::uint64_t seen = 0;
    for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
      seen += counts_[bucket];
      if (seen > wanted) return middle_of(bucket);
    }
    return 0;
  }

 private:
  static constexpr std::size_t half = 128;
  static constexpr std::size_t exact = 2 * half;

  static std::size_t bucket_of(std::uint64_t value) {
    if (value < exact) return value;
    const auto shift = static_cast<std::size_t>(std::bit_width(value)) - 8;
    return exact + (shift - 1) * half + (value >> shift) - half;
  }

  static std::uint64_t middle_of(std::size_t bucket) {
    if (bucket < exact) return bucket;
    const std::size_t shift = (bucket - exact) / half + 1;
    const std::uint64_t low = (half + (bucket - exact) % half) << shift;
    return low + (std::uint64_t{1} << shift) / 2;
  }

  std::array<std::uint64_t, exact + 56 * half> counts_{};
  std::uint64_t total_ = 0;
};

}  // namespace mgr::bench
