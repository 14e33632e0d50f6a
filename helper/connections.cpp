// mgr-helper, root. Distrusts clients (who hang up at any moment) and the broker's numbers.
#include "helper/connections.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace mgr {
namespace {

// A request is honoured this long after its client has gone: who sends and closes is served.
constexpr std::uint64_t grace_after_hang_up_ms = 1000;

}  // namespace

Result<std::unique_ptr<Connections>> Connections::open(uv_loop_t* loop) {
  Descriptor epoll(epoll_create1(EPOLL_CLOEXEC));
  if (!epoll) return fail_errno("epoll_create1");
  std::unique_ptr<Connections> connections(new Connections(loop, std::move(epoll)));
  auto* self = connections.get();
  auto watch =
      Watch::descriptor(loop, self->epoll_.get(), UV_READABLE, [self] { self->note_hang_ups(); });
  if (!watch) return tl::unexpected(watch.error());
  connections->hang_ups_ = std::move(*watch);
  return connections;
}

std::uint64_t Connections::add(Descriptor socket, Caller caller) {
  const std::uint64_t number = last_number_ + 1;
  // EPOLLET alone: hang-up and nothing else, once. uv_poll's UV_DISCONNECT would fire without end
  // on a half-closed connection.
  epoll_event event{EPOLLET, {.u64 = number}};
  // Unwatched it could not be told from one whose client is there.
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, socket.get(), &event) != 0) return 0;
  last_number_ = number;
  entries_.emplace(number, Entry{std::move(socket), std::move(caller)});
  return number;
}

const Caller* Connections::asking(std::uint64_t number) {
  const auto found = entries_.find(number);
  if (found == entries_.end()) return nullptr;
  Entry& entry = found->second;
  const bool gone = entry.gone_at_ms != 0;
  if (gone && uv_now(loop_) > entry.gone_at_ms + grace_after_hang_up_ms) return nullptr;
  entry.asked = true;
  return &entry.caller;
}

void Connections::streams(std::uint64_t number) {
  const auto found = entries_.find(number);
  if (found != entries_.end()) found->second.streams = true;
}

bool Connections::is_streaming(std::uint64_t number) const {
  const auto found = entries_.find(number);
  return found != entries_.end() && found->second.streams;
}

void Connections::forget(std::uint64_t number) { entries_.erase(number); }

void Connections::end_all(std::string_view line) {
  for (const auto& [number, entry] : entries_) {
    if (!entry.socket || entry.asked) continue;
    const int socket = entry.socket.get();
    static_cast<void>(send(socket, line.data(), line.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
    shutdown(socket, SHUT_RDWR);
  }
  entries_.clear();
  departures_.clear();
}

void Connections::note_hang_ups() {
  std::array<epoll_event, 256> events;
  const int count = epoll_wait(epoll_.get(), events.data(), events.size(), 0);
  for (int i = 0; i < count; ++i) {
    const std::uint64_t number = events.at(static_cast<std::size_t>(i)).data.u64;
    const auto entry = entries_.find(number);
    if (entry == entries_.end()) continue;
    entry->second.socket.reset();  // the caller is all that is still needed
    entry->second.gone_at_ms = uv_now(loop_);
    departures_.push_back({number, uv_now(loop_)});
  }
  arm_sweep();
}

void Connections::sweep() {
  while (!departures_.empty() &&
         departures_.front().at_ms + grace_after_hang_up_ms < uv_now(loop_)) {
    const std::uint64_t number = departures_.front().number;
    departures_.pop_front();
    if (entries_.erase(number) > 0 && gone_) gone_(number);
  }
  next_sweep_.reset();
  arm_sweep();
}

void Connections::arm_sweep() {
  if (departures_.empty() || next_sweep_) return;
  const std::uint64_t due = departures_.front().at_ms + grace_after_hang_up_ms + 1;
  const std::uint64_t wait = due > uv_now(loop_) ? due - uv_now(loop_) : 0;
  next_sweep_ = Watch::after(loop_, wait, [this] { sweep(); });
}

}  // namespace mgr
