// Whether one rule has decided already what another is about. Pure; mgrctl.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "policy/policy.h"

namespace mgr {

// Whom no caller on this machine is, nor any key.
[[nodiscard]] bool is_for_nobody(const Principal& principal);
[[nodiscard]] bool is_for_nobody(const Policy& policy, const Rule& rule);

// Whether somebody who signs may be meant: `anyone` is everybody, with a key or without.
[[nodiscard]] bool may_be_signed_for(const Policy& policy, const Rule& rule);

// Whether the rule names that action of the module; "*" is named by "*" alone.
[[nodiscard]] bool names(const Rule& rule, const std::string& module, const std::string& action);

// Looks at a policy as a whole. What it says is certain; with a policy so large that it would take
// long, it says less, and that it has given up.
class Coverage {
 public:
  explicit Coverage(const Policy& policy, std::uint64_t most_steps = 200'000'000);

  // The rule that decides before `policy.rules[index]`, an allow, whatever that one could allow: an
  // allow before it, or a deny anywhere, with the same callers or more, the same actions or more,
  // and no condition that is not implied. nullptr where something is left to it, as far as can be
  // told; and where all that decides instead are allows of other files that grant the very same,
  // since each package brings what it needs.
  [[nodiscard]] const Rule* rule_instead_of(std::size_t index);

  // Whether somebody may be a principal of `deny` and of some allow, and both name some action.
  // False only where that is certain.
  [[nodiscard]] bool may_take(const Rule& deny);

  [[nodiscard]] bool has_given_up() const { return steps_left_ == 0; }

 private:
  using Indices = std::vector<std::size_t>;

  [[nodiscard]] bool spend(std::uint64_t steps);
  template <typename Visit>
  void visit_rules(const std::string& module, const std::string& action, Visit visit) const;
  [[nodiscard]] const Rule* decider_of(std::size_t index, const Principal& callers,
                                       const std::string& module, const std::string& action);
  [[nodiscard]] bool may_take(const Rule& deny, const std::string& module,
                              const std::string& action);

  const Policy& policy_;
  std::uint64_t steps_left_;
  std::vector<std::uint64_t> people_, conditions_;  // how much of them a rule has
  // By "module action"; of "module *" those that say so.
  std::unordered_map<std::string, Indices> named_;
  std::unordered_map<std::string, Indices> of_module_;
  Indices wide_;  // which name more than is worth a table
};

}  // namespace mgr
