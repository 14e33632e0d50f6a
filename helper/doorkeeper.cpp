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
constexpr std::uint32_t shared_uid = UINT32_MAX;
constexpr int accepts_a_turn = 64;

void turn_away(const Descriptor& socket, std::string_view line) {
  static_cast<void>(send(socket.get(), line.data(), line.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
  shutdown(socket.get(), SHUT_RDWR);
}

}  // namespace

Doorkeeper::Doorkeeper(uv_loop_t* loop, Descriptor listener, Connections& connections, Link& link,
                       const Identity& identity, const InForce& in_force)
    : connections_(connections),
      link_(link),
      listener_(std::move(listener)),
      identity_(identity),
      in_force_(in_force),
      unavailable_(failure_line({ErrorCode::unavailable, "the broker is not there"})),
      busy_(failure_line({ErrorCode::busy, "too many connections"})),
      loop_(loop),
      poll_(Watch::descriptor(loop, listener_.get(), 0, [this] { accept_some(); }).value()) {
  wait(patience_ms);
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
  out_of_patience_ = out_of_descriptors_ = false;
}

void Doorkeeper::link_lost() {
  connections_.end_all(unavailable_);
  wait(patience_ms);
}

void Doorkeeper::turn_ended() {
  // Each that is handed down has a descriptor waiting here until the broker takes it.
  const bool pause =
      ends_ || !(link_.is_up() || out_of_patience_) || out_of_descriptors_ || !link_.takes_files();
  if (pause == paused_) return;
  paused_ = pause;
  poll_->change(pause ? 0 : UV_READABLE);
}

bool Doorkeeper::has_place(bool keeps_place) const {
  const CompiledConfiguration& limits = in_force_->configuration;
  const std::uint32_t kept = keeps_place ? 0 : limits.kept_places;
  return connections_.size() + kept < limits.max_connections;
}

void Doorkeeper::accept_some() {
  for (int i = 0; i < accepts_a_turn; ++i) {
    Descriptor socket(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!socket) {
      if (errno != EMFILE && errno != ENFILE) return;
      // The listener stays readable: being told so again and again would free no descriptor.
      out_of_descriptors_ = true;
      return wait(retry_ms);
    }
    link_.is_up() ? hand_down(std::move(socket)) : turn_away(socket, unavailable_);
  }
}

void Doorkeeper::hand_down(Descriptor socket) {
  const int handed = socket.get();
  const auto credentials = read_peer_credentials(handed);
  if (!credentials) return;
  Caller caller = identity_.introduce(*credentials);
  // Those whom no principal names share one count, so that a range of uids is as good as one.
  ConnectionMessage message{0, caller.named() ? credentials->uid : shared_uid};
  const auto& gids = caller.subject().gids;
  const auto admins = in_force_->configuration.admin_gid;
  message.keeps_place =
      credentials->uid == 0 || (admins && std::ranges::find(gids, *admins) != gids.end());
  if (!has_place(message.keeps_place)) return turn_away(socket, busy_);
  message.connection = connections_.add(std::move(socket), std::move(caller));
  if (message.connection != 0) link_.send_connection(message, handed);
}

}  // namespace mgr
