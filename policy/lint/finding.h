// What a look at a policy finds: a code to look it up and to silence it by, where it stands, and
// what is wrong there. Pure; runs in mgr-configure and mgrctl, never in the helper.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mgr {

// danger: as good as root for whoever the policy lets near it. weak: less safe than it could be, or
// more open than it looks. dead: does nothing, so that it says something else than its author
// meant.
enum class Severity { danger, weak, dead };

// Codes are stable: policies hold them in their comments.
struct FindingCode {
  std::string_view name;
  Severity severity;
  std::string_view remedy;  // for people: what to do about it
};

struct Finding {
  std::string code;  // one of all_codes
  std::string file;
  unsigned line = 0;  // of the rule's or the action's table
  std::string text;   // what, and why that is as good as root, or dead
};

// In the order in which the manual has them, mgrctl(1).
[[nodiscard]] std::span<const FindingCode> all_codes();
// nullptr where there is no such code.
[[nodiscard]] const FindingCode* find_code(std::string_view name);
[[nodiscard]] std::string_view severity_name(Severity severity);

}  // namespace mgr
