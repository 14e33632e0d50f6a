// mgrctl, with the caller's own uid. What the web may ask for, from words to choices. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/failure.h"
#include "client/setup/answers.h"
#include "policy/policy_review.h"

namespace mgr::client {

inline constexpr const char* word_for_nothing = "none";

// "a,b" as its elements, without the spaces around them.
[[nodiscard]] std::vector<std::string> split_list(std::string_view text);

// The modules that an admin is asked about: `mgr` and `job` go with everything else.
[[nodiscard]] bool is_offered(const KnownModule& module);

// Of --allow, and of the lists that go with it, which allow their module by themselves. Fails with
// invalid_request for what is not installed, a value that is none of its argument, a module whose
// values are to be listed and are not.
[[nodiscard]] Outcome<std::vector<Choice>> read_choices(
    const std::optional<std::string>& allow, const std::optional<std::string>& units,
    const std::optional<std::string>& recipients, const std::vector<KnownModule>& known);

// The values of a module's rules, each of them checked against the argument that they are of.
[[nodiscard]] Outcome<std::vector<std::string>> read_values(const KnownModule& module,
                                                            std::string_view text);

// Actions of that module by their names, "none" or "all"; none are no choice.
[[nodiscard]] Outcome<std::optional<Choice>> read_actions(const KnownModule& module,
                                                          std::string_view text);

}  // namespace mgr::client
