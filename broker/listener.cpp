// Broker (uid mgr-broker); anybody may connect.
#include "broker/listener.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <cerrno>
#include <utility>

namespace mgr::broker {
namespace {

constexpr int backlog = 4096;
constexpr int accepts_a_turn = 64;  // then the others have their turn
constexpr std::uint64_t retry_ms = 100;

bool is_shortage(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

}  // namespace

Result<Descriptor> listen_on(const Address& address) {
  const int on = 1;
  Descriptor socket(
      ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return fail_errno("socket");
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  // Each address is named by itself: [::] is not also 0.0.0.0.
  if (address.storage.ss_family == AF_INET6) {
    ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
  }
  if (::bind(socket.get(), address.get(), address.length) != 0) {
    return fail_errno("bind to " + format_address(address));
  }
  if (::listen(socket.get(), backlog) != 0) return fail_errno("listen");
  return socket;
}

Listener::Listener(uv_loop_t* loop, Descriptor socket, Accepted accepted)
    : loop_(loop),
      socket_(std::move(socket)),
      accepted_(std::move(accepted)),
      retry_(loop, [this] { watch_.want(UV_READABLE); }) {
  // Inherited by what is accepted: a reply is one send, and must not wait for an earlier one's ACK.
  const int on = 1;
  ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

Result<void> Listener::start() {
  auto opened = watch_.open(loop_, socket_.get(), [this](int) { accept_some(); });
  if (opened) watch_.want(UV_READABLE);
  return opened;
}

void Listener::stop() {
  retry_.stop();
  watch_.close();
  socket_.reset();
}

void Listener::accept_some() {
  for (int i = 0; i < accepts_a_turn; ++i) {
    Address peer;
    Descriptor socket(
        ::accept4(socket_.get(), peer.get(), &peer.length, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket) {
      accepted_(std::move(socket), format_address(peer));
    } else if (is_shortage(errno)) {
      watch_.want(0);
      return retry_.start(retry_ms);
    } else if (errno == EAGAIN) {
      return;
    }
  }
}

}  // namespace mgr::broker
