// The decision: a pure function of policy, caller, module, action and arguments. No I/O, no clock,
// no state. Helper (root).
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "policy/argument.h"
#include "policy/policy.h"

namespace mgr {

// What the decision needs to know of a caller: either the kernel's word for it or a key's id, or
// neither, from the network and without proof. Never both: a signed request has its signer as its
// only principal.
struct Subject {
  std::optional<uid_t> uid;
  std::vector<gid_t> gids;  // primary and supplementary
  std::string key{};        // whose signature verified; "" for none
};

// Whether an element of the condition's argument is what the condition wants. One that nothing of
// the condition can measure, a text beside ranges alone or an integer beside texts alone, is taken
// as whatever grants less: outside on an allow, inside on a deny.
[[nodiscard]] bool lies_inside(const Condition& condition, bool allow, const Scalar& item);

// Whether a condition of an allow or a deny holds; see Condition.
[[nodiscard]] bool holds(const Condition& condition, bool allow, const ArgumentValues& arguments);

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

// What rules make of an action whatever its arguments are: the rules point into the policy.
struct Ability {
  static constexpr std::size_t most_rules = 16;
  bool never = false;               // a deny without conditions
  bool always = false;              // an allow without conditions
  bool more = false;                // there are more rules of a kind than most_rules
  std::vector<const Rule*> allows;  // with conditions
  std::vector<const Rule*> denies;  // with conditions: none of them may apply
  [[nodiscard]] bool is_some() const { return !never && (always || !allows.empty()); }
};

// Decides under one policy, which it owns together with an index from (module, action, principal)
// to rules, so that the cost does not grow with rules about other things or other people.
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

  // The same for every request for this action, which takes those arguments. Its cost grows with
  // the rules about that action and this subject alone.
  [[nodiscard]] Ability ability(const Subject& subject, std::string_view module,
                                std::string_view action,
                                const std::vector<Argument>& declared) const;

  // The names of all principals that the subject is, anyone included, in the order of the policy.
  // `for_deny`: also those that it is by the user database alone.
  [[nodiscard]] std::vector<std::string_view> principals_of(const Subject& subject,
                                                            bool for_deny = false) const;

 private:
  // So that a string_view finds a std::string without making one.
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };
  // A rule about a principal, both as indices into the policy. In order: what denies comes first,
  // and of each kind what stands first in the file.
  struct Entry {
    std::uint32_t principal;
    bool allow;
    std::uint32_t rule;
    bool conditional;  // the rule has a `where`; another one need not be looked at to decide
    friend auto operator<=>(const Entry&, const Entry&) = default;
  };
  using Entries = std::vector<Entry>;
  using PrincipalsById = std::unordered_multimap<std::uint32_t, std::uint32_t>;

  // Calls visit(principal, by_entry) for each principal that the subject is, perhaps twice.
  // `by_entry`: only by its entry in the user database, which counts for a deny alone.
  template <typename Visit>
  void for_each_principal(const Subject& subject, Visit visit) const;
  [[nodiscard]] const Entries* find_rules(std::string_view module, std::string_view action) const;
  // The first of a principal's entries whose conditions hold; null where there is none.
  [[nodiscard]] const Entry* first_applying(const Entries& entries, std::uint32_t principal,
                                            bool by_entry, const ArgumentValues& arguments) const;

  Policy policy_;
  // Keys "module" + '\n' + "action"; "*" stands for every action. Values are sorted, and flat, so
  // that a decision among many rules touches little memory.
  std::unordered_map<std::string, Entries, TextHash, std::equal_to<>> index_;
  // The principals that have this uid, this gid, this member.
  PrincipalsById by_uid_, by_gid_, by_member_;
  std::unordered_multimap<std::string, std::uint32_t> by_key_;
};

}  // namespace mgr
