// Benchmarks only: what is asked of a load, and what came of it.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>

#include "tests/bench/histogram.h"

namespace mgr::bench {

using Clock = std::chrono::steady_clock;

struct LoadOptions {
  std::string socket;
  unsigned clients = 1;
  unsigned depth = 1;                 // requests in flight on each kept connection
  std::uint64_t requests = 0;         // 0: bounded by time alone
  double seconds = 0;                 // 0: bounded by count alone
  std::chrono::microseconds pause{};  // before each further request; one client of depth 1
  std::string block;                  // one request, its empty line included
  // For a kept load of so many requests: each client signs its own beforehand, for the host of this
  // id (signed_blocks.h).
  std::string signed_for{};
};

// Without a reply or a connection for this long, a load has failed.
constexpr std::chrono::seconds longest_silence{10};

// How many requests may still be sent.
class Budget {
 public:
  explicit Budget(const LoadOptions& options)
      : left_(options.requests > 0 ? options.requests : std::numeric_limits<std::uint64_t>::max()),
        end_(options.seconds > 0
                 ? Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                      std::chrono::duration<double>(options.seconds))
                 : Clock::time_point::max()) {}

  // True grants one request.
  bool take(Clock::time_point now) {
    if (left_ == 0 || now >= end_) return false;
    --left_;
    return true;
  }

 private:
  std::uint64_t left_;
  Clock::time_point end_;
};

struct LoadResult {
  Histogram latencies;        // from before the request was sent until its reply was read
  Clock::duration elapsed{};  // from the first request until the last reply
  std::uint64_t retries = 0;  // connections that found the backlog full
};

inline std::uint64_t nanoseconds_between(Clock::time_point from, Clock::time_point to) {
  return static_cast<std::uint64_t>(std::chrono::nanoseconds(to - from).count());
}

}  // namespace mgr::bench
