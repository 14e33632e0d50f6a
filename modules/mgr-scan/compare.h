// mgr-scan · user mgr-scan, or root for --accept · the proposed side of a comparison is hostile.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "modules/mgr-scan/entry.h"

namespace mgr_scan {

// One property of a name that differs. `field` is kind, mode, owner, group, size, content, target,
// device or times.
struct Change {
  std::string_view field;
  std::string before;
  std::string after;
};

struct Difference {
  enum class Type : std::uint8_t { kAdded, kChanged, kRemoved };
  Type type;
  std::string path;             // raw bytes
  std::vector<Change> changes;  // for kChanged alone
};

// What leads from `before` to `after`, in the order of the paths. Pure.
[[nodiscard]] std::vector<Difference> compare(const Snapshot& before, const Snapshot& after);

}  // namespace mgr_scan
