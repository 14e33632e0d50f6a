// The comments of a TOML text, which its parser drops. Pure; mgrctl. The text has been parsed: of
// one that is not TOML, something else may come out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mgr {

struct TomlComment {
  unsigned line = 0;   // from 1
  bool alone = false;  // nothing else is on its line
  std::string text;    // behind the '#', to the end of the line
};

// In the order of their lines. A '#' inside a string of any of the four kinds is none.
[[nodiscard]] std::vector<TomlComment> toml_comments(std::string_view text);

}  // namespace mgr
