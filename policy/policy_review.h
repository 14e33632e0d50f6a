// A whole policy, with every module and action that can be asked for, built in or declared, as
// data: for whoever looks at it without being the helper (mgrctl's explain, lint and test). Written
// by mgr-configure; of the policy in force, the helper hands it on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/argument.h"
#include "policy/declared_key.h"
#include "policy/policy.h"
#include "policy/run_settings.h"

namespace mgr {

struct KnownAction {
  std::string name;
  std::string summary;
  std::vector<Argument> arguments;
  Proof min_proof = Proof::signature;
  bool confirm = false;
  std::optional<RunMode> mode;  // none: it is answered at once
  static void members(auto& archive, auto& record) {
    archive(record.name, record.summary, record.arguments, record.min_proof, record.confirm,
            record.mode);
  }
};

struct KnownModule {
  std::string name;
  std::string summary;
  std::vector<std::string> aliases;  // to the letter: "SCAN_MODULE"
  std::vector<KnownAction> actions;
  static void members(auto& archive, auto& record) {
    archive(record.name, record.summary, record.aliases, record.actions);
  }
};

inline constexpr std::uint32_t review_format = 3;

struct PolicyReview {
  std::uint32_t format = review_format;
  Policy policy;
  std::vector<DeclaredModule> modules;  // as modules.d has them
  std::vector<KnownModule> known;       // all
  std::vector<DeclaredKey> keys;        // as keys.d has them, by id
  static void members(auto& archive, auto& record) {
    archive(record.format, record.policy, record.modules, record.known, record.keys);
  }
};

// Of what encode() of protocol/archive.h wrote; nullopt for anything else, for another format, and
// for rules that name principals which are not there.
[[nodiscard]] std::optional<PolicyReview> decode_review(std::string_view bytes);

// By id; nullptr where there is none.
[[nodiscard]] const DeclaredKey* find_key(const std::vector<DeclaredKey>& keys,
                                          std::string_view id);

// The policy, whose principals are nobody by a key that is revoked.
[[nodiscard]] Policy without_revoked_keys(const PolicyReview& review);

// By name or alias; nullptr where there is none.
[[nodiscard]] const KnownModule* find_module(const std::vector<KnownModule>& modules,
                                             std::string_view name);
[[nodiscard]] const KnownAction* find_action(const KnownModule& module, std::string_view name);

}  // namespace mgr
