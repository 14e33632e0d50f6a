// Fuzz target: mgr-scan's baseline, whose proposed form an unprivileged user could have written.
// What parses must encode to the same bytes.
#include <cstdlib>
#include <string_view>

#include "modules/mgr-scan/baseline.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto snapshot = mgr_scan::parse_baseline(input);
  if (!snapshot) return 0;
  const auto again = mgr_scan::encode_baseline(*snapshot);
  if (!again || *again != input) std::abort();
  return 0;
}
