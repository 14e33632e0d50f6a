// mgr.cgi, as the web server's user; distrusts what comes, and that it comes.
#include "client/cgi/body.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>

namespace mgr::cgi {

Judged<std::string> read_body(int descriptor, std::size_t length, client::Deadline deadline) {
  std::string body(length, '\0');
  std::size_t got = 0;
  while (got < length) {
    if (!client::wait_for(descriptor, POLLIN, deadline)) {
      return refuse(408, ErrorCode::timeout, "the body did not come in time; nothing was started");
    }
    const ssize_t count = ::read(descriptor, body.data() + got, length - got);
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (count <= 0) return refuse(ErrorCode::malformed, "the body is shorter than was said");
    got += static_cast<std::size_t>(count);
  }
  return body;
}

void discard_body(int descriptor, std::string_view content_length, client::Deadline deadline) {
  constexpr std::size_t most = std::size_t{2} << 20;
  std::size_t left = 0;
  const char* const end = content_length.data() + content_length.size();
  const auto read = std::from_chars(content_length.data(), end, left);
  if (read.ec == std::errc::result_out_of_range) left = most;
  if (read.ptr != end) return;
  left = std::min(left, most);
  std::array<char, 65536> piece;
  while (left > 0 && client::wait_for(descriptor, POLLIN, deadline)) {
    const ssize_t count = ::read(descriptor, piece.data(), std::min(left, piece.size()));
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (count <= 0) return;
    left -= static_cast<std::size_t>(count);
  }
}

}  // namespace mgr::cgi
