// mgr-helper, root. Distrusts whoever connects: reads credentials from the kernel, never a byte.
#include "helper/doorkeeper.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "protocol/reply.h"

namespace mgr {
namespace {

constexpr std::uint64_t patience_ms = 2000;
constexpr std::uint64_t retry_ms = 100;
constexpr int accepts_a_turn = 64;

}  // namespace

Doorkeeper::Doorkeeper(uv_loop_t* loop, int listener, Connections& connections, Link& link,
                       std::optional<gid_t> admins, std::size_t most)
    : connections_(connections),
      link_(link),
      listener_(listener),
      admins_(admins),
      most_(most),
      unavailable_(failure_line({ErrorCode::unavailable, "the broker is not there"})),
      loop_(loop),
      poll_(Watch::descriptor(loop, listener, 0, [this] { accept_some(); }).value()) {
  wait(patience_ms);
}

Doorkeeper::~Doorkeeper() {
  poll_.reset();
  close(listener_);
}

// With an absent broker: then clients are told so. With one: then accepting is tried again.
void Doorkeeper::wait(std::uint64_t milliseconds) {
  patience_ = Watch::after(loop_, milliseconds, [this] {
    out_of_patience_ = !link_.is_up();
    out_of_descriptors_ = false;
  });
}

void Doorkeeper::link_up() {
  patience_.reset();
  out_of_patience_ = false;
}

void Doorkeeper::link_lost() {
  connections_.end_all(unavailable_);
  wait(patience_ms);
}

void Doorkeeper::turn_ended() {
  const bool pause =
      !(link_.is_up() || out_of_patience_) || out_of_descriptors_ || connections_.size() >= most_;
  if (pause == paused_) return;
  paused_ = pause;
  poll_->change(pause ? 0 : UV_READABLE);
}

void Doorkeeper::accept_some() {
  for (int i = 0; i < accepts_a_turn && connections_.size() < most_; ++i) {
    const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (socket < 0) {
      if (errno != EMFILE && errno != ENFILE) return;
      // The listener stays readable: being told so again and again would free no descriptor.
      out_of_descriptors_ = true;
      return wait(retry_ms);
    }
    if (!link_.is_up()) {
      turn_away(socket);
    } else if (!hand_down(socket)) {
      close(socket);
    }
  }
}

bool Doorkeeper::hand_down(int socket) {
  auto credentials = read_peer_credentials(socket);
  if (!credentials) return false;
  const auto& groups = credentials->groups;
  ConnectionMessage message{0, credentials->uid, credentials->uid == 0};
  if (admins_ &&
      (credentials->gid == *admins_ || std::ranges::find(groups, *admins_) != groups.end())) {
    message.keeps_place = true;
  }
  message.connection = connections_.add(socket, std::move(*credentials));
  if (message.connection != 0) link_.send_connection(message, socket);
  return true;
}

void Doorkeeper::turn_away(int socket) {
  static_cast<void>(
      send(socket, unavailable_.data(), unavailable_.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
  shutdown(socket, SHUT_RDWR);
  close(socket);
}

}  // namespace mgr
