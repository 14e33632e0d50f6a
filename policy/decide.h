// The decision: a pure function of policy, caller, module, action and arguments. No I/O, no clock,
// no state. Helper (root) and mgrctl.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "policy/argument.h"
#include "policy/policy.h"

namespace mgr {

// What the decision needs to know of a caller. No uid: from the network and without proof.
struct Subject {
  std::optional<uid_t> uid;
  std::vector<gid_t> gids;  // primary and supplementary
};

class Decider;

// The proof that the policy allows a request. Only Decider makes one, so what takes an Allowed
// cannot be reached without a decision. Valid as long as the policy it came from.
class Allowed {
 public:
  [[nodiscard]] const Rule& rule() const { return *rule_; }
  [[nodiscard]] JobScope jobs() const { return rule_->jobs; }

 private:
  friend class Decider;
  explicit Allowed(const Rule& rule) : rule_(&rule) {}
  const Rule* rule_;
};

// The deny rule that decided, or nothing where no rule allows it (default deny).
struct Denied {
  const Rule* rule = nullptr;
};

using Decision = tl::expected<Allowed, Denied>;

// Decides under one policy, which it owns together with an index from (module, action) to rules,
// so that the cost does not grow with rules about other things.
class Decider {
 public:
  explicit Decider(Policy policy);
  Decider(const Decider&) = delete;
  Decider& operator=(const Decider&) = delete;

  [[nodiscard]] const Policy& policy() const { return policy_; }

  // An explicit deny wins, else the first matching allow in file order, else deny.
  // Uid 65534 (nobody), (uid_t)-1 and gid likewise match no principal but anyone.
  [[nodiscard]] Decision decide(const Subject& subject, std::string_view module,
                                std::string_view action, const ArgumentValues& arguments) const;

  // The names of all principals that the subject is, anyone included.
  [[nodiscard]] std::vector<std::string_view> principals_of(const Subject& subject) const;

 private:
  [[nodiscard]] bool applies(const Rule& rule, const Subject& subject,
                             const ArgumentValues& arguments) const;

  Policy policy_;
  // Keys "module" + '\n' + "action"; "*" stands for every action. Values: rule numbers, ascending.
  std::unordered_map<std::string, std::vector<std::size_t>> index_;
};

}  // namespace mgr
