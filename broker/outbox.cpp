// Broker (uid mgr-broker).
#include "broker/outbox.h"

#include <sys/socket.h>

#include <cerrno>

namespace mgr::broker {

Outbox::State Outbox::flush(int socket) {
  if (size() == 0) return State::empty;
  const ssize_t sent = ::send(socket, buffer_.data() + begin_, size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent < 0) return errno == EAGAIN || errno == EINTR ? State::stalled : State::broken;
  begin_ += static_cast<std::size_t>(sent);
  sent_ += static_cast<std::uint64_t>(sent);
  if (size() == 0) {
    begin_ = 0;
    buffer_.clear();
    if (buffer_.capacity() > kept_capacity_) buffer_.shrink_to_fit();
    return State::empty;
  }
  // Only the rest is kept, but it is moved only when that is worth it.
  if (begin_ >= buffer_.size() / 2) {
    buffer_.erase(0, begin_);
    begin_ = 0;
  }
  return State::stalled;
}

}  // namespace mgr::broker
