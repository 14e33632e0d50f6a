// mgr.cgi, as the web server's user.
#include "client/cgi/output.h"

#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "client/connection.h"

namespace mgr::cgi {

// poll(2) tells of room for PIPE_BUF bytes in a pipe, and so much does not block. The descriptor is
// not made non-blocking, since others may hold the same open file.
bool Output::write(std::string_view text) {
  while (!text.empty()) {
    const auto deadline = std::chrono::steady_clock::now() + patience_;
    if (!client::wait_for(descriptor_, POLLOUT, deadline)) return false;
    const ssize_t written =
        ::write(descriptor_, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
    if (written < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

bool Output::wait_beside(int other, std::chrono::milliseconds time) const {
  // Without events, for the errors alone: of a pipe without a reader, of a socket that is closed.
  std::array<pollfd, 2> watched{{{other, POLLIN, 0}, {descriptor_, 0, 0}}};
  const int ready = ::poll(watched.data(), watched.size(), static_cast<int>(time.count()));
  return ready < 0 || watched[1].revents == 0;
}

}  // namespace mgr::cgi
