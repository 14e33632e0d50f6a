// What toml++ is not to be given: bytes that TOML forbids, and keys of too many parts.
// mgr-configure (root) and mgrctl.
#pragma once

#include <optional>
#include <string_view>

namespace mgr {

struct ForeignByte {
  unsigned line = 0;  // from 1
  const char* what = "";
};

// The first control character but a tab and the end of a line (LF, CR LF), and the first byte
// beyond ASCII outside of strings and comments. Of a text that is no TOML for another reason, up to
// there. Also the first key of more than 16 parts, a.b.c…, each of which is a table in the one
// before: a line of them alone goes deeper than the stack. Stricter than TOML in one thing: a line
// that a backslash joins to the one before, in a string of several lines, does not begin with a
// character beyond ASCII.
//
// toml++ 3.3 and 3.4 take such characters for what cannot be: its table of white space, which is
// asked about each character that stands where a space may, reaches an "unreachable" for those of
// U+00A0 to U+0499, U+2E5E to U+3257 and U+FB26 to U+FEFF, and a NUL is its own end of a text.
[[nodiscard]] std::optional<ForeignByte> find_foreign_byte(std::string_view text);

}  // namespace mgr
