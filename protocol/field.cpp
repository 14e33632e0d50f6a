// Broker and helper.
#include "protocol/field.h"

#include <algorithm>
#include <array>

namespace mgr {

bool is_known_reserved_name(std::string_view name) {
  // What this version does not carry out (mgr-dry-run, say) must be refused, never passed over.
  static constexpr std::array<std::string_view, 10> known{
      "module",      "action",   "signature", "mgr-on-behalf-of", "mgr-wait",
      "mgr-confirm", "auth-key", "auth-to",   "auth-time",        "auth-nonce"};
  return std::find(known.begin(), known.end(), name) != known.end();
}

}  // namespace mgr
