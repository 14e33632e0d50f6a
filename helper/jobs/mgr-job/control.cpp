// mgr-job, user mgr-job; distrusts whoever connects.
#include "helper/jobs/mgr-job/control.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "helper/jobs/job_files.h"

namespace mgr {
namespace {

// One helper at a time; those that died hang up, and are gone before their successor comes.
constexpr std::size_t most_peers = 16;

bool is_root(const Descriptor& peer) {
  ucred credentials{};
  socklen_t length = sizeof(credentials);
  credentials.uid = UINT32_MAX;
  return getsockopt(peer.get(), SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0 &&
         credentials.uid == 0;
}

bool asks_for_stop(const Descriptor& peer) {
  std::array<char, 64> message{};
  const ssize_t length = recv(peer.get(), message.data(), message.size(), MSG_DONTWAIT);
  return length > 0 &&
         std::string_view(message.data(), static_cast<std::size_t>(length)) == stop_message;
}

}  // namespace

void Control::add_to(std::vector<pollfd>& polled) const {
  polled.push_back({listener_, POLLIN, 0});
  for (const Descriptor& peer : peers_) polled.push_back({peer.get(), POLLIN, 0});
}

bool Control::handle(const pollfd* polled) {
  bool stop_asked = false;
  const short listener_events = polled->revents;
  for (Descriptor& peer : peers_) {
    if ((++polled)->revents == 0) continue;
    const bool asked = asks_for_stop(peer);
    if (!asked) peer.reset();
    stop_asked = stop_asked || asked;
  }
  std::erase_if(peers_, [](const Descriptor& peer) { return !peer; });
  if (listener_events != 0) accept_peer();
  return stop_asked;
}

void Control::accept_peer() {
  Descriptor peer(accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (peer && is_root(peer) && peers_.size() < most_peers) peers_.push_back(std::move(peer));
}

}  // namespace mgr
