// mgrctl, pure; the policy has loaded.
#include "policy/lint/keys.h"

#include <algorithm>

#include "policy/lint/coverage.h"

namespace mgr {
namespace {

const Principal* find_owner(const Policy& policy, const std::string& id) {
  const auto found = std::ranges::find_if(policy.principals, [&](const Principal& principal) {
    return std::ranges::find(principal.keys, id) != principal.keys.end();
  });
  return found == policy.principals.end() ? nullptr : &*found;
}

void look_at(const DeclaredKey& key, const Policy& policy, std::vector<Finding>& findings) {
  const Principal* owner = find_owner(policy, key.record.id);
  if (key.revoked && owner != nullptr) {
    findings.push_back({"revoked-key", key.file, key.line,
                        "it is revoked, and the principal '" + owner->name + "' still names it"});
  } else if (!key.revoked && owner == nullptr) {
    findings.push_back({"unused-key", key.file, key.line,
                        "no principal names it, so who signs with it is nobody but `anyone`"});
  }
}

// Where every action of a module wants a signature, the rule itself is found (rules.cpp).
bool wants_less_too(const PolicyReview& review, const std::string& module) {
  const KnownModule* known = find_module(review.known, module);
  return known != nullptr && std::ranges::any_of(known->actions, [](const KnownAction& action) {
           return action.min_proof != Proof::signature;
         });
}

// Some rule allows it by "*", and none to somebody who could sign.
bool lacks_signer(const Policy& policy, const std::string& module, const std::string& action) {
  bool is_meant = false;
  for (const Rule& rule : policy.rules) {
    if (!rule.allow || !names(rule, module, action) || is_for_nobody(policy, rule)) continue;
    if (may_be_signed_for(policy, rule)) return false;
    is_meant = is_meant || std::ranges::find(rule.actions, action) == rule.actions.end();
  }
  return is_meant;
}

}  // namespace

void lint_keys(const PolicyReview& review, std::vector<Finding>& findings) {
  for (const DeclaredKey& key : review.keys) look_at(key, review.policy, findings);
  const Policy in_use = without_revoked_keys(review);
  for (const DeclaredModule& module : review.modules) {
    if (!wants_less_too(review, module.name)) continue;
    for (const DeclaredAction& action : module.actions) {
      if (action.min_proof != Proof::signature) continue;
      if (!lacks_signer(in_use, module.name, action.name)) continue;
      findings.push_back({"proof-nobody-gives", action.file, action.line,
                          module.name + ' ' + action.name +
                              " wants a signed request, and no rule allows it to a principal that "
                              "has a key"});
    }
  }
}

}  // namespace mgr
