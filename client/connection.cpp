// Clients, with the caller's own uid; distrusts whoever listens on the socket.
#include "client/connection.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace mgr::client {
namespace {

using Kind = Failure::Kind;
using std::chrono::milliseconds;

bool is_hang_up(int error) { return error == EPIPE || error == ECONNRESET; }
bool is_passing(int error) { return error == EINTR || error == EAGAIN; }

tl::unexpected<Failure> time_is_up() {
  return failed(Kind::no_answer, "none within the time limit");
}

tl::unexpected<Failure> lost(const std::string& why) { return failed(Kind::connection_lost, why); }

// connect(2) on a UNIX socket with a full backlog waits as long as SO_SNDTIMEO says; a non-blocking
// one would fail at once, and there is nothing to poll for.
bool connect_until(int descriptor, const sockaddr_un& address, Deadline deadline) {
  const auto left = std::max(time_left(deadline), milliseconds(1));
  timeval limit{};
  limit.tv_sec = static_cast<time_t>(left.count() / 1000);
  limit.tv_usec = static_cast<suseconds_t>(left.count() % 1000 * 1000);
  if (::setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) != 0) return false;
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  return ::connect(descriptor, generic, sizeof address) == 0;
}

}  // namespace

milliseconds time_left(Deadline deadline) {
  const auto left = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now());
  return std::max(left, milliseconds(0));
}

// Waits until `events` or a hang-up; false when the time is up.
bool wait_for(int descriptor, short events, Deadline deadline) {
  for (;;) {
    // A wait longer than an int of milliseconds comes round again.
    const auto left = std::min(time_left(deadline), milliseconds(60'000));
    pollfd watched{descriptor, events, 0};
    const int ready = ::poll(&watched, 1, static_cast<int>(left.count()));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return true;  // the next call on the socket tells
    if (time_left(deadline).count() == 0) return false;
  }
}

Outcome<Connection> Connection::open(const std::string& socket_path, Deadline deadline) {
  const auto refuse = [&](std::string_view why) {
    return failed(Kind::cannot_connect,
                  "cannot connect to " + socket_path + ": " + std::string(why));
  };
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_path.empty() || socket_path.size() >= sizeof address.sun_path) {
    return refuse("not a path that a socket can have");
  }
  socket_path.copy(address.sun_path, socket_path.size());
  Connection connection(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (connection.descriptor_ < 0) return refuse(std::strerror(errno));
  while (!connect_until(connection.descriptor_, address, deadline)) {
    if (errno == EINTR && time_left(deadline).count() > 0) continue;
    return refuse(errno == EAGAIN ? "it takes no connection now" : std::strerror(errno));
  }
  return connection;
}

Connection& Connection::operator=(Connection&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(gathered_, other.gathered_);
  std::swap(seen_, other.seen_);
  return *this;
}

Connection::~Connection() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Outcome<void> Connection::send(std::string_view block, Deadline deadline) {
  while (!block.empty()) {
    if (!wait_for(descriptor_, POLLOUT, deadline)) return time_is_up();
    const ssize_t sent =
        ::send(descriptor_, block.data(), block.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) {
      block.remove_prefix(static_cast<std::size_t>(sent));
    } else if (is_hang_up(errno)) {
      return {};
    } else if (!is_passing(errno)) {
      return lost(std::string("cannot write: ") + std::strerror(errno));
    }
  }
  return {};
}

std::optional<std::string> Connection::cut_line() {
  const std::size_t end = gathered_.find('\n', seen_);
  seen_ = end == std::string::npos ? gathered_.size() : 0;
  if (end == std::string::npos) return std::nullopt;
  std::string line = gathered_.substr(0, end);
  gathered_.erase(0, end + 1);
  return line;
}

Outcome<std::optional<std::string>> Connection::take_line() {
  if (auto line = cut_line()) return line;
  std::array<char, 65536> piece;
  const ssize_t received = ::recv(descriptor_, piece.data(), piece.size(), MSG_DONTWAIT);
  if (received < 0 && is_passing(errno)) return std::nullopt;
  if (received < 0 && !is_hang_up(errno)) {
    return lost(std::string("cannot read: ") + std::strerror(errno));
  }
  if (received <= 0) return lost("the connection ended without a reply");
  gathered_.append(piece.data(), static_cast<std::size_t>(received));
  auto line = cut_line();
  if ((line ? *line : gathered_).size() > max_line_length) {
    return failed(Kind::bad_reply, "a line over 4 MiB");
  }
  return line;
}

Outcome<std::string> Connection::read_line(Deadline deadline) {
  for (;;) {
    auto line = take_line();
    if (!line) return tl::unexpected(std::move(line.error()));
    if (*line) return std::move(**line);
    if (!wait_for(descriptor_, POLLIN, deadline)) return time_is_up();
  }
}

}  // namespace mgr::client
