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
  // rule has no rate; else how long it is until there is one. The rule is known by its address.
  [[nodiscard]] std::chrono::nanoseconds take(const Rule& rule, CallerBucket caller,
                                              std::chrono::nanoseconds now);

  // Another policy is in force: buckets go over to the rules that say the same, wherever these
  // stand now, so that a reload refills none. Before the rules of `before` go.
  void policy_changed(const Policy& before, const Policy& now);

  // Buckets in memory.
  [[nodiscard]] std::size_t size() const { return full_at_.size(); }

 private:
  using Buckets = std::map<std::pair<const Rule*, CallerBucket>, std::chrono::nanoseconds>;

  Buckets full_at_;
  std::size_t drop_at_ = 0;  // so many buckets, and those that are full are dropped
};

// What the caller is told: "over the rate of 30/min; try again in 2 s".
[[nodiscard]] std::string over_the_rate(const Rate& rate, std::chrono::nanoseconds wait);

}  // namespace mgr
