// mgrctl, with the caller's own uid. From the answers to the rules that say so. Pure.
#pragma once

#include <string>
#include <vector>

#include "client/setup/answers.h"
#include "policy/policy_review.h"

namespace mgr::client {

// An [[allow]] for the web.
struct SetupRule {
  std::string about;  // for people
  std::string module;
  std::vector<std::string> actions;
  std::string argument{};             // of its condition; "" for none
  std::vector<std::string> values{};  // what that may be, as a rule writes it: "1..999"
  std::string rate{};
};

// The actions of a module that setup grants without being told which, of those that are installed:
// of one that is not built in, all but those of which a rule has to list an argument.
[[nodiscard]] std::vector<std::string> usual_actions(const KnownModule& module);

// None where the web may ask for nothing. Actions that are not installed are left out.
[[nodiscard]] std::vector<SetupRule> rules_of(const Answers& answers,
                                              const std::vector<KnownModule>& known);

// Whether one of the actions wants a signed request.
[[nodiscard]] bool wants_key(const std::vector<SetupRule>& rules,
                             const std::vector<KnownModule>& known);

// The argument of the action that a rule has to list the values of; nullptr for none. Of a built-in
// module also one that setup does not leave open.
[[nodiscard]] const Argument* listed_argument(const std::string& module, const KnownAction& action);

}  // namespace mgr::client
