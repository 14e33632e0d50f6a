// mgr-helper, root: reads what its own child, mgr-configure, wrote. mgrctl, with the caller's uid:
// the same, or what a daemon sent. Checked all the same.
#include "policy/compiled.h"

#include <algorithm>

namespace mgr {
bool names_principals_that_are_there(const Policy& policy) {
  return !policy.principals.empty() && std::ranges::all_of(policy.rules, [&](const Rule& rule) {
    return std::ranges::all_of(rule.who,
                               [&](std::size_t who) { return who < policy.principals.size(); });
  });
}

std::optional<CompiledConfiguration> decode_configuration(std::string_view bytes) {
  auto record = decode<CompiledConfiguration>(bytes);
  const bool good = record && record->format == compiled_format &&
                    names_principals_that_are_there(record->policy);
  return good ? std::move(record) : std::nullopt;
}

}  // namespace mgr
