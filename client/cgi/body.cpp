// mgr.cgi, as the web server's user; distrusts what comes, and that it comes.
#include "client/cgi/body.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

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

}  // namespace mgr::cgi
