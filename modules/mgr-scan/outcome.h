// mgr-scan · user mgr-scan, or root for --accept · its paths are hostile bytes until printed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "modules/mgr-scan/compare.h"
#include "modules/mgr-scan/entry.h"
#include "modules/mgr-scan/walk.h"

namespace mgr_scan {

enum class Verdict : std::uint8_t {
  kUnchanged,  // exit 0
  kChanged,    // exit 1
  kProposed,   // exit 0: there was no accepted baseline
  kAccepted,   // exit 0: --accept moved the baseline
};

// A name for which the scan cannot vouch.
struct Unchecked {
  std::string path;
  std::string_view reason;  // of the table of kinds
};

// What one run found, for the reports and for the exit status.
struct Outcome {
  Verdict verdict = Verdict::kProposed;
  std::vector<Difference> differences;
  std::vector<Unchecked> unchecked;
  std::vector<Unsettled> unsettled;
  std::uint64_t files = 0;
  std::uint64_t excluded = 0;
  std::uint64_t bytes_read = 0;
  std::string proposal;  // digest_of the proposed or accepted text
};

[[nodiscard]] std::string_view word_of(Verdict verdict);
[[nodiscard]] int exit_status(Verdict verdict);
[[nodiscard]] std::string_view word_of(Difference::Type type);
[[nodiscard]] std::uint64_t count(const Outcome& outcome, Difference::Type type);

// Counts the files of a snapshot and lists what in it is unchecked.
void describe(const Snapshot& snapshot, Outcome& outcome);

// The two forms of a report, whole lines each. Every name in them is printable().
[[nodiscard]] std::string report_text(const Outcome& outcome);
[[nodiscard]] std::string report_json(const Outcome& outcome);  // one object a line

}  // namespace mgr_scan
