// How often callers have used the rules that have a rate. Pure: the time is passed in. Helper,
// root.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <utility>

#include "helper/identity.h"
#include "policy/policy.h"

namespace mgr {

// A bucket of tokens for each rule and caller: full at first, refilled evenly, one token a request.
// Kept in memory alone, and only as long as a bucket is not full.
class Rates {
 public:
  // Takes a token at `now`, a time that never goes back. Zero where there was one, or where the
  // rule has no rate; else how long it is until there is one. Rules of the same identity are one.
  [[nodiscard]] std::chrono::nanoseconds take(const Rule& rule, const CallerBucket& caller,
                                              std::chrono::nanoseconds now);

  // Buckets in memory.
  [[nodiscard]] std::size_t size() const { return full_at_.size(); }

 private:
  std::map<std::pair<std::uint64_t, CallerBucket>, std::chrono::nanoseconds> full_at_;
  std::size_t drop_at_ = 0;  // so many buckets, and those that are full are dropped
};

// What the caller is told: "over the rate of 30/min; try again in 2 s".
[[nodiscard]] std::string over_the_rate(const Rate& rate, std::chrono::nanoseconds wait);

}  // namespace mgr
