// mgrctl, with the caller's own uid: reads what mgr-configure wrote, or what a daemon sent; every
// byte is checked.
#include "policy/policy_review.h"

#include <algorithm>

#include "policy/compiled.h"
#include "protocol/archive.h"

namespace mgr {

std::optional<PolicyReview> decode_review(std::string_view bytes) {
  auto record = decode<PolicyReview>(bytes);
  const bool good =
      record && record->format == review_format && names_principals_that_are_there(record->policy);
  return good ? std::move(record) : std::nullopt;
}

const DeclaredKey* find_key(const std::vector<DeclaredKey>& keys, std::string_view id) {
  const auto found =
      std::ranges::find_if(keys, [&](const DeclaredKey& key) { return key.record.id == id; });
  return found == keys.end() ? nullptr : &*found;
}

Policy without_revoked_keys(const PolicyReview& review) {
  Policy policy = review.policy;
  for (Principal& principal : policy.principals) {
    std::erase_if(principal.keys, [&](const std::string& id) {
      const DeclaredKey* key = find_key(review.keys, id);
      return key != nullptr && key->revoked;
    });
  }
  return policy;
}

const KnownModule* find_module(const std::vector<KnownModule>& modules, std::string_view name) {
  const auto found = std::ranges::find_if(modules, [&](const KnownModule& module) {
    return module.name == name || std::ranges::find(module.aliases, name) != module.aliases.end();
  });
  return found == modules.end() ? nullptr : &*found;
}

const KnownAction* find_action(const KnownModule& module, std::string_view name) {
  const auto found = std::ranges::find(module.actions, name, &KnownAction::name);
  return found == module.actions.end() ? nullptr : &*found;
}

}  // namespace mgr
