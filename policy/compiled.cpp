// mgr-helper, root. Reads what its own child, mgr-configure, wrote; checked all the same.
#include "policy/compiled.h"

#include <algorithm>

namespace mgr {

std::optional<CompiledConfiguration> decode_configuration(std::string_view bytes) {
  auto configuration = decode<CompiledConfiguration>(bytes);
  if (!configuration || configuration->format != compiled_format) return std::nullopt;
  const Policy& policy = configuration->policy;
  for (const Rule& rule : policy.rules) {
    const auto is_there = [&](std::size_t who) { return who < policy.principals.size(); };
    if (!std::ranges::all_of(rule.who, is_there)) return std::nullopt;
  }
  if (policy.principals.empty()) return std::nullopt;
  return configuration;
}

}  // namespace mgr
