// mgrctl, with the caller's own uid.
#include "client/jobs/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace mgr::client {

bool is_terminal(int descriptor) { return ::isatty(descriptor) != 0; }

bool moves_cursor(int descriptor) {
  const char* kind = std::getenv("TERM");
  return is_terminal(descriptor) && kind != nullptr && *kind != '\0' &&
         std::string_view(kind) != "dumb";
}

bool takes_colour(int descriptor) {
  const char* refused = std::getenv("NO_COLOR");
  return moves_cursor(descriptor) && (refused == nullptr || *refused == '\0');
}

TerminalSize terminal_size(int descriptor) {
  winsize size{};
  if (::ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return {};
  return {size.ws_col, size.ws_row == 0 ? TerminalSize{}.rows : size.ws_row};
}

}  // namespace mgr::client
