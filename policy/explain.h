// Why a policy decides as it does about one request, and what would make it decide otherwise. The
// decision is Decider's own. mgrctl; pure. Distrusts the policy: it may be anybody's file.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/decide.h"
#include "policy/grant.h"
#include "policy/policy_review.h"
#include "policy/rule_fit.h"
#include "protocol/field.h"

namespace mgr {

// Who asks for what, as a client would write it.
struct Question {
  Grantee caller;
  std::string module, action;  // to the letter; the module by name or alias
  std::vector<Field> arguments;
};

// What becomes of a request. `invalid`: it is refused before any rule is looked at.
enum class Verdict : std::uint8_t { allow, deny, invalid, last_value = invalid };
[[nodiscard]] std::string_view word_of(Verdict verdict);  // "allow", "deny", "invalid"

// How a rule that did not decide fits.
struct RuleReport {
  const Rule* rule = nullptr;
  std::vector<Mismatch> mismatches;
};

// Pointers are into the Explainer. Texts may quote the policy and the request.
struct Explanation {
  Verdict verdict = Verdict::invalid;
  std::string reason;          // one sentence
  const Rule* rule = nullptr;  // that decided; null where none did
  // Of that rule: what made it apply, a line each.
  std::vector<std::string> because;
  // The rule allows it, and yet it is denied, since the caller's proof is too weak for the action.
  bool lacks_proof = false;
  const KnownModule* module = nullptr;  // null where there is none of that name
  const KnownAction* action = nullptr;
  std::vector<std::string> principals;           // that the caller is
  std::vector<std::string> principals_by_entry;  // by the user database alone, as a deny looks
  // Where no rule decided: the [[allow]]s about this module and action, or else those that miss the
  // request by least, a few of them. What misses by least comes first.
  std::vector<RuleReport> nearest;
  std::vector<const Rule*> denies;      // all that apply, in the order of the policy
  const Rule* allow_beneath = nullptr;  // what would decide without those
  std::optional<Grant> grant;           // the lines that would grant it
  std::string no_grant;                 // or why no line would
};

class Explainer {
 public:
  explicit Explainer(PolicyReview review);

  [[nodiscard]] const Policy& policy() const { return decider_.policy(); }
  [[nodiscard]] const std::vector<KnownModule>& known() const { return known_; }

  [[nodiscard]] Explanation explain(const Question& question) const;

 private:
  [[nodiscard]] Explanation about_caller(const Subject& subject) const;
  static void explain_allow(const Question& question, Explanation& found);
  void explain_deny(const Fitting& request, Explanation& found) const;
  void explain_default(const Question& question, const Fitting& request, Explanation& found) const;

  Decider decider_;
  std::vector<KnownModule> known_;
};

}  // namespace mgr
