// mgr-helper, root; pure. What a caller can do is be counted.
#include "helper/rates.h"

#include <algorithm>

namespace mgr {

using std::chrono::nanoseconds;

nanoseconds Rates::take(const Rule& rule, const CallerBucket& caller, nanoseconds now) {
  if (rule.rate.count == 0) return nanoseconds(0);
  if (full_at_.size() >= drop_at_) {
    std::erase_if(full_at_, [&](const auto& bucket) { return bucket.second <= now; });
    drop_at_ = 2 * full_at_.size() + 64;  // so that looking through them all costs little a request
  }
  // A token is the time that it takes to refill one.
  const nanoseconds token = nanoseconds(std::chrono::seconds(rule.rate.seconds)) / rule.rate.count;
  nanoseconds& full_at = full_at_[{rule.identity, caller}];
  const nanoseconds full_after_this = std::max(full_at, now) + token;
  const nanoseconds capacity = token * rule.rate.count;
  if (full_after_this - now > capacity) return full_after_this - now - capacity;
  full_at = full_after_this;
  return nanoseconds(0);
}

std::string over_the_rate(const Rate& rate, nanoseconds wait) {
  return "over the rate of " + rate_text(rate) + "; try again in " +
         std::to_string(std::chrono::ceil<std::chrono::seconds>(wait).count()) + " s";
}

}  // namespace mgr
