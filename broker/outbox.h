// Broker (uid mgr-broker). Bytes that wait to be sent on a stream socket: what has gathered in one
// turn of the loop leaves in one send(2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mgr::broker {

// Owned by a connection or by the link, which owns the socket.
class Outbox {
 public:
  enum class State {
    empty,    // everything is with the kernel
    stalled,  // the peer must read first: flush again when the socket is writable
    broken,   // the peer is gone; what was left is dropped
  };

  // `kept_capacity`: how much memory it keeps while it is empty.
  explicit Outbox(std::size_t kept_capacity) : kept_capacity_(kept_capacity) {}

  // Appending to the buffer is putting into the outbox.
  [[nodiscard]] std::string& buffer() { return buffer_; }
  [[nodiscard]] std::size_t size() const { return buffer_.size() - begin_; }

  // One send without waiting and without SIGPIPE.
  State flush(int socket);

  // How many bytes have gone through, and how many will have with what waits now.
  [[nodiscard]] std::uint64_t sent() const { return sent_; }
  [[nodiscard]] std::uint64_t position() const { return sent_ + size(); }

 private:
  std::size_t kept_capacity_;
  std::string buffer_;
  std::size_t begin_ = 0;  // of what is not sent yet
  std::uint64_t sent_ = 0;
};

}  // namespace mgr::broker
