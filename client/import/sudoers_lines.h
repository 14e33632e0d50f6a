// mgrctl, with the caller's own uid. The lines of a sudoers file (sudoers(5)) as sudo counts them:
// joined where they end in a backslash, without comments. Distrusts the text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mgr::client {

struct SudoersLine {
  std::string text;
  unsigned line = 0;  // where it begins
};

[[nodiscard]] std::vector<SudoersLine> join_sudoers_lines(std::string_view text);

}  // namespace mgr::client
