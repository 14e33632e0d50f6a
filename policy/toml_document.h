// A TOML text (toml.io, v1.0) as a small tree with line numbers. mgr-configure (root).
// The only door to toml++: its types and exceptions stay behind it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "policy/findings.h"

namespace mgr {

// One value. `time` is a date and a time of whole seconds with its offset from UTC; `local_time`
// has no offset, or is a date or a time alone. `other` is what no key of ours takes: floats, and
// fractions of a second.
struct TomlValue {
  enum class Kind { text, integer, boolean, time, local_time, list, table, other };
  Kind kind = Kind::table;
  unsigned line = 0;
  std::string key;                  // its name in a table; "" in a list
  std::string text;                 // holds no NUL
  std::int64_t integer = 0;         // of an integer or a boolean; of a time, Unix seconds
  bool is_octal = false;            // an integer that was written 0o…
  std::vector<TomlValue> children;  // of a list or a table, in the order of the file
};

// The tree of a whole document, a table. What is not TOML, holds a byte that TOML forbids
// (toml_bytes.h) or a NUL in a string, or nests too deeply is an error in `findings`, and then the
// tree is to be thrown away.
[[nodiscard]] TomlValue parse_toml(std::string_view text, Findings& findings);

}  // namespace mgr
