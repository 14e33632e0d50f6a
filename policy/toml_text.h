// Text as TOML (toml.io, v1.0) writes it. mgrctl; pure. Distrusts the text.
#pragma once

#include <string>
#include <string_view>

namespace mgr {

// A basic string, in ASCII: every other character, and every control, is written out, so that it
// can go to a terminal and into a file alike. Bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string toml_string(std::string_view text);

// A key: bare where it may be, else quoted, since a dot in a bare one would begin a table.
[[nodiscard]] std::string toml_key(std::string_view name);

}  // namespace mgr
