// mgrctl, with the caller's own uid. Whether a policy does what is expected of it. Distrusts both.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "client/failure.h"
#include "client/review/explanation_text.h"
#include "policy/expectations.h"

namespace mgr::client {

struct Checked {
  bool holds = false;
  std::string complaint;  // where it does not: "allow is expected, and it is deny"
  Asked asked;
  std::string decision, rule;  // as it is; empty where it could not be asked
  std::string explanation;     // text, of what does not hold
};

// Asks one policy after many expectations. A user, group or principal that is unknown here cannot
// be asked about, and that does not hold: an expectation is never passed over.
class ExpectationCheck {
 public:
  explicit ExpectationCheck(PolicyReview review) : review_(std::move(review)), all_(review_) {}

  [[nodiscard]] Checked check(const Expectation& expectation);

 private:
  // Whom to ask about, and of whom: for a principal, a policy in which a uid that nothing else has
  // stands for it, or a key where it has keys alone.
  struct Asking {
    Grantee caller;
    const Explainer* explainer;
    std::string name;
  };
  [[nodiscard]] Outcome<Asking> find_asking(const Expectation& expectation);
  [[nodiscard]] Outcome<Asking> stand_in(const std::string& principal);

  PolicyReview review_;
  Explainer all_;
  std::map<std::string, std::unique_ptr<Explainer>> by_principal_;
};

}  // namespace mgr::client
