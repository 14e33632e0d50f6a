// Helper (root) and mgrctl, pure.
#include <algorithm>

#include "policy/policy.h"

namespace mgr {

std::string rate_text(const Rate& rate) {
  const auto* period = std::ranges::find(rate_periods, rate.seconds, &RatePeriod::seconds);
  const std::string name(period == rate_periods.end() ? "?" : period->name);
  return std::to_string(rate.count) + '/' + name;
}

}  // namespace mgr
