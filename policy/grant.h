// The lines of policy.toml that would grant what nothing grants. mgrctl; pure.
#pragma once

#include <string>
#include <vector>

#include "policy/policy_review.h"
#include "policy/rule_fit.h"

namespace mgr {

struct Grant {
  std::string lines;               // TOML in ASCII, each line ended by a line feed
  std::string file;                // at whose end they grant it; "" where no rule names a file
  std::vector<std::string> notes;  // what else they would grant and want, for people
};

// Whom the lines are for.
struct Grantee {
  Subject subject;
  std::string user;  // its name in the user database; "" for none, and for a key
  bool is_anyone = false;
};

// Why no rule can say exactly these arguments, which it must: "" where one can. The arguments are
// of the action's types.
[[nodiscard]] std::string why_unlisted(const KnownAction& action, const ArgumentValues& arguments);

// An [[allow]] of exactly this module and action, for the caller: one of its principals, the one
// that `nearest` names or else that with the fewest callers; a [[principal]] of its own where it is
// none; anyone where it is nobody. Where `nearest`, a rule about this module and action or null,
// has conditions, the arguments in them must be exactly what this request
// has; where there is no such rule, all that it has. So must be those that are to be listed
// (why_unlisted() is ""). The other arguments of `action` may be anything, which the notes say.
[[nodiscard]] Grant grant_lines(const Policy& policy, const Fitting& request,
                                const Grantee& grantee, const KnownAction& action,
                                const Rule* nearest);

}  // namespace mgr
