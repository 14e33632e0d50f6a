// What mgr has counted, as JSON: the answer to `mgr stats`. The helper's own numbers are since its
// start; the broker's are its word, since its own start, and not there while it has told none.
// Helper, root; pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "helper/audit.h"

namespace mgr {

struct HelperNumbers {
  AuditCounts counted;
  std::uint64_t reloads = 0;
  std::size_t connections_open = 0;
  std::size_t nonces = 0;  // kept now
};

// {"helper":{"answers":12,…,"requests_refused":{"denied":3},…},"broker":{"connections":40,…}}.
// `broker` is a CountersMessage's values, or empty.
[[nodiscard]] std::string stats_object(const HelperNumbers& helper,
                                       const std::vector<std::uint64_t>& broker);

}  // namespace mgr
