// Broker (uid mgr-broker).
#include "broker/connection.h"

#include <utility>

namespace mgr::broker {
namespace {

// Past this, a client must read before it is asked for more.
constexpr std::size_t most_owed_while_asking = 64 << 10;

}  // namespace

Connection::Connection(Descriptor descriptor, Arrival arrival, Account& of)
    : socket(std::move(descriptor)), account(of), arrival_(std::move(arrival)) {}

std::string Connection::source_of(const Arrival& arrival) {
  if (arrival.uid) return "uid " + std::to_string(*arrival.uid);
  return arrival.origin.substr(0, arrival.origin.rfind(':'));
}

void Connection::take_no_more() {
  took_last_ = true;
  pause_ = Pause::none;
  untaken_ = std::string();
}

void Connection::refuse_more() {
  take_no_more();
  refused_ = true;
}

void Connection::pause(Pause why, std::string_view untaken) {
  pause_ = why;
  untaken_ = untaken;
}

std::string Connection::resume() {
  pause_ = Pause::none;
  return std::exchange(untaken_, std::string());
}

bool Connection::has_room(std::uint32_t most_requests) const {
  return replies.length < most_requests && owed() <= most_owed_while_asking;
}

bool Connection::owes_block() const { return !took_last_ && (!took_first || !parser.at_start()); }

bool Connection::is_over() const {
  const bool can_ask = !took_last_ && (!peer_finished || pause_ != Pause::none);
  return !can_ask && replies.length == 0 && outbox.size() == 0;
}

bool Connection::wants_bytes() const { return !peer_finished && (lingering || takes_requests()); }

DeadlineKind Connection::due() const {
  if (lingering) return DeadlineKind::linger;
  if (sending == Outbox::State::stalled) return DeadlineKind::idle;
  if (waits_in_line()) return DeadlineKind::block;
  if (pause_ == Pause::none && owes_block() && !peer_finished) return DeadlineKind::block;
  return replies.length > 0 || pause_ != Pause::none ? DeadlineKind::none : DeadlineKind::idle;
}

}  // namespace mgr::broker
