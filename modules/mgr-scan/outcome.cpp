// mgr-scan · user mgr-scan, or root for --accept · its paths are hostile bytes until printed.
#include "modules/mgr-scan/outcome.h"

#include <algorithm>

namespace mgr_scan {

std::string_view word_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kUnchanged:
      return "unchanged";
    case Verdict::kChanged:
      return "changed";
    case Verdict::kProposed:
      return "proposed";
    case Verdict::kAccepted:
      break;
  }
  return "accepted";
}

int exit_status(Verdict verdict) { return verdict == Verdict::kChanged ? 1 : 0; }

std::string_view word_of(Difference::Type type) {
  switch (type) {
    case Difference::Type::kAdded:
      return "added";
    case Difference::Type::kChanged:
      return "changed";
    case Difference::Type::kRemoved:
      break;
  }
  return "removed";
}

std::uint64_t count(const Outcome& outcome, Difference::Type type) {
  const auto number =
      std::count_if(outcome.differences.begin(), outcome.differences.end(),
                    [&](const Difference& difference) { return difference.type == type; });
  return static_cast<std::uint64_t>(number);
}

void describe(const Snapshot& snapshot, Outcome& outcome) {
  for (const Entry& entry : snapshot.entries) {
    if (is_file(entry.kind)) ++outcome.files;
    const std::string_view reason = row_of(entry.kind).unchecked;
    if (!reason.empty()) outcome.unchecked.push_back({entry.path, reason});
  }
}

}  // namespace mgr_scan
