// How a rule fits a request: what of it holds, and what does not. mgrctl; pure. What holds is
// decided by the functions that Decider uses.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/decide.h"

namespace mgr {

// A request that a rule is held against. The principals are names, of Decider::principals_of().
struct Fitting {
  std::string_view module, action;
  const ArgumentValues& arguments;
  std::vector<std::string_view> principals;           // that the caller is, anyone included
  std::vector<std::string_view> principals_for_deny;  // also by the user database
};

// One thing of a rule that does not fit. Texts may quote the policy and the request.
struct Mismatch {
  enum class Kind { module, action, principal, condition };
  Kind kind = Kind::condition;
  std::string argument;  // of a condition
  std::string element;   // of a condition: the one that fails; empty where the argument is left out
  std::string wanted;    // what would hold: "1..999"
  std::string text;      // all of it, for people
};

// Empty where the rule applies. Conditions are looked at whatever else does not fit.
[[nodiscard]] std::vector<Mismatch> mismatches(const Policy& policy, const Rule& rule,
                                               const Fitting& request);

// Of a rule that applies: what made it, a line each.
[[nodiscard]] std::vector<std::string> reasons(const Policy& policy, const Rule& rule,
                                               const Fitting& request);

// "1..9, 12 or \"x\"": what the condition wants of each element.
[[nodiscard]] std::string wanted_by(const Condition& condition);

// "/etc/mgr/policy.toml:14"
[[nodiscard]] std::string place_of(const Rule& rule);

// True where no caller can be this principal.
[[nodiscard]] bool matches_nobody(const Principal& principal);

}  // namespace mgr
