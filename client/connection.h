// Clients, with the caller's own uid. Distrusts whoever listens on the socket: what comes is
// bounded in bytes and in time, and is bytes until json_value.cpp has read it.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "client/failure.h"
#include "client/host_port.h"

namespace mgr::client {

// A reply line over this is refused.
inline constexpr std::size_t max_line_length = std::size_t{4} << 20;

// When a whole exchange must be over, whatever it waits for meanwhile.
using Deadline = std::chrono::steady_clock::time_point;
inline constexpr Deadline no_deadline = Deadline::max();

// Waits until the descriptor has one of the events of poll(2), or an error; false when time is up.
[[nodiscard]] bool wait_for(int descriptor, short events, Deadline deadline);

[[nodiscard]] std::chrono::milliseconds time_left(Deadline deadline);

// One connected stream socket. Owns the descriptor and closes it.
class Connection {
 public:
  // Connects to a UNIX stream socket. Fails with cannot_connect: no such socket, nobody listens,
  // a full backlog until the deadline, or a path longer than an address holds (unix(7)).
  [[nodiscard]] static Outcome<Connection> open(const std::string& socket_path, Deadline deadline);

  // Connects over TCP, to the first of the host's addresses that takes it. Its name is looked up,
  // too, before the deadline. Fails with cannot_connect.
  [[nodiscard]] static Outcome<Connection> open(const HostPort& host, Deadline deadline);

  // Takes over a connected descriptor.
  explicit Connection(int descriptor) : descriptor_(descriptor) {}
  Connection(Connection&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)),
        gathered_(std::move(other.gathered_)),
        seen_(other.seen_) {}
  Connection& operator=(Connection&& other) noexcept;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  // Writes all of `block`. A peer that has hung up is no failure here, since it may have answered
  // first: a refusal can come before the last byte is sent. Fails with no_answer.
  [[nodiscard]] Outcome<void> send(std::string_view block, Deadline deadline);

  // The next line, without its line feed. Fails with connection_lost, no_answer, or bad_reply for a
  // line over max_line_length. After no_answer it may be called again: what has come is kept.
  [[nodiscard]] Outcome<std::string> read_line(Deadline deadline);

  // The same without waiting: nothing where the line is not all there. It reads once at most, so
  // call it until it has no line, then poll descriptor().
  [[nodiscard]] Outcome<std::optional<std::string>> take_line();

  // For poll(2) alone; it stays the connection's.
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  // The line at the front of what has come, where it is all there.
  std::optional<std::string> cut_line();

  int descriptor_;
  std::string gathered_;  // what has come and was not handed out
  std::size_t seen_ = 0;  // so much of its front holds no line feed
};

}  // namespace mgr::client
