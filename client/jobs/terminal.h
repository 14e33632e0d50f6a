// mgrctl, with the caller's own uid. What the three standard descriptors are.
#pragma once

#include <cstddef>

namespace mgr::client {

[[nodiscard]] bool is_terminal(int descriptor);

// A terminal, and TERM and NO_COLOR (https://no-color.org) let it have colour.
[[nodiscard]] bool takes_colour(int descriptor);

// A terminal whose cursor can be moved: TERM is set, and not "dumb".
[[nodiscard]] bool moves_cursor(int descriptor);

// Of the descriptor's terminal; 80 by 24 where it tells nothing.
struct TerminalSize {
  std::size_t columns = 80, rows = 24;
};
[[nodiscard]] TerminalSize terminal_size(int descriptor);

}  // namespace mgr::client
