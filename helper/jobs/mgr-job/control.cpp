// mgr-job, user mgr-job; distrusts whoever connects.
#include "helper/jobs/mgr-job/control.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "helper/jobs/job_files.h"
#include "protocol/archive.h"

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

constexpr std::chrono::milliseconds output_interval(100);

void tell(const Descriptor& peer, ControlNoteKind kind, std::uint64_t value) {
  const std::string note = encode(ControlNote{kind, value});
  (void)send(peer.get(), note.data(), note.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

}  // namespace

Result<Control> Control::make(int listener) {
  auto pace = Pace::make(output_interval);
  if (!pace) return tl::unexpected(pace.error());
  return Control(listener, std::move(*pace));
}

void Control::add_to(std::vector<pollfd>& polled) const {
  polled.push_back({listener_, POLLIN, 0});
  polled.push_back({pace_.descriptor(), POLLIN, 0});
  for (const Peer& peer : peers_) polled.push_back({peer.socket.get(), POLLIN, 0});
}

bool Control::handle(const pollfd* polled) {
  const short listener_events = (polled++)->revents;
  if ((polled++)->revents != 0 && pace_.take()) tell_output();
  bool stop_asked = false;
  for (Peer& peer : peers_) {
    if ((polled++)->revents != 0 && !hear(peer, stop_asked)) peer.socket.reset();
  }
  std::erase_if(peers_, [](const Peer& peer) { return !peer.socket; });
  if (listener_events != 0) accept_peer();
  return stop_asked;
}

bool Control::hear(Peer& peer, bool& stop_asked) const {
  std::array<char, 64> buffer{};
  const ssize_t length = recv(peer.socket.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (length <= 0) return false;
  const std::string_view message(buffer.data(), static_cast<std::size_t>(length));
  if (message == stop_message) return stop_asked = true;
  if (message != follow_message) return false;
  peer.follows = true;
  tell(peer.socket, ControlNoteKind::output, output_);
  return true;
}

void Control::accept_peer() {
  Descriptor peer(accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!peer || !is_root(peer) || peers_.size() >= most_peers) return;
  if (progress_) tell(peer, ControlNoteKind::progress, *progress_);
  peers_.push_back({std::move(peer)});
}

void Control::set_progress(std::optional<std::uint8_t> percent) {
  if (percent == progress_) return;
  progress_ = percent;
  for (const Peer& peer : peers_) tell(peer.socket, ControlNoteKind::progress, percent.value_or(0));
}

void Control::set_output(std::uint64_t bytes) {
  if (bytes == output_) return;
  output_ = bytes;
  if (std::ranges::none_of(peers_, &Peer::follows)) return;
  output_untold_ = true;
  if (pace_.ask()) tell_output();
}

void Control::tell_output() {
  output_untold_ = false;
  for (const Peer& peer : peers_) {
    if (peer.follows) tell(peer.socket, ControlNoteKind::output, output_);
  }
}

void Control::finish() {
  if (output_untold_) tell_output();
}

}  // namespace mgr
