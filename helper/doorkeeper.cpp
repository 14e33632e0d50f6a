// mgr-helper, root. Distrusts whoever connects: reads credentials from the kernel, never a byte.
#include "helper/doorkeeper.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "helper/uv_handle.h"
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
      poll_(
          watch_descriptor(loop, listener, 0, this,
                           [](void* self, int) { static_cast<Doorkeeper*>(self)->accept_some(); })),
      patience_(make_timer(loop, this, [](void* self) {
        auto* keeper = static_cast<Doorkeeper*>(self);
        keeper->out_of_patience_ = !keeper->link_.is_up();
        keeper->out_of_descriptors_ = false;
      })) {
  restart_timer(patience_, patience_ms);
}

Doorkeeper::~Doorkeeper() {
  close_handle(poll_);
  close_handle(patience_);
  close(listener_);
}

void Doorkeeper::link_up() {
  uv_timer_stop(patience_);
  out_of_patience_ = false;
}

void Doorkeeper::link_lost() {
  connections_.end_all(unavailable_);
  restart_timer(patience_, patience_ms);
}

void Doorkeeper::turn_ended() {
  const bool pause =
      !(link_.is_up() || out_of_patience_) || out_of_descriptors_ || connections_.size() >= most_;
  if (pause == paused_) return;
  paused_ = pause;
  rewatch(poll_, pause ? 0 : UV_READABLE);
}

void Doorkeeper::accept_some() {
  for (int i = 0; i < accepts_a_turn && connections_.size() < most_; ++i) {
    const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (socket < 0) {
      if (errno != EMFILE && errno != ENFILE) return;
      // The listener stays readable: being told so again and again would free no descriptor.
      out_of_descriptors_ = true;
      return restart_timer(patience_, retry_ms);
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
