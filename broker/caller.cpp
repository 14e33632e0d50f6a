// Broker (uid mgr-broker); the uids are the helper's word.
#include "broker/caller.h"

#include <algorithm>

namespace mgr::broker {

void Callers::set_limits(const BrokerLimits& limits) {
  limits_ = limits;
  for (auto& [key, caller] : callers_) {
    if (!caller.waiting.empty() && !caller.is_linked()) freed_.push_back(caller);
  }
}

Result<Caller*> Callers::enter(std::uint64_t key, bool keeps_place) {
  const std::size_t places = std::min<std::size_t>(limits_.connections, descriptors_);
  const std::size_t kept = keeps_place ? 0 : std::min<std::size_t>(limits_.kept_places, places);
  if (connections_ >= places - kept) {
    return fail(ErrorCode::busy, "too many connections");
  }
  Caller& caller = callers_[key];
  caller.key = key;
  if (caller.connections >= limits_.connections_per_caller) {
    forget_if_gone(caller);
    return fail(ErrorCode::busy, "too many connections of this caller");
  }
  ++caller.connections;
  ++connections_;
  return &caller;
}

void Callers::leave(Caller& caller) {
  --caller.connections;
  --connections_;
  forget_if_gone(caller);
}

bool Callers::may_ask(const Caller& caller, bool has_turn) const {
  return caller.in_flight < limits_.requests_in_flight && (has_turn || caller.waiting.empty());
}

void Callers::answered(Caller& caller) {
  --caller.in_flight;
  if (!caller.waiting.empty() && !caller.is_linked()) freed_.push_back(caller);
  forget_if_gone(caller);
}

TurnHook* Callers::next_turn() {
  while (!freed_.empty()) {
    Caller& caller = freed_.front();
    freed_.pop_front();
    if (caller.waiting.empty() || caller.in_flight >= limits_.requests_in_flight) continue;
    TurnHook& connection = caller.waiting.front();
    caller.waiting.pop_front();
    // To the end: callers take turns with each other, too.
    freed_.push_back(caller);
    return &connection;
  }
  return nullptr;
}

void Callers::forget_if_gone(Caller& caller) {
  if (caller.connections == 0 && caller.in_flight == 0) callers_.erase(caller.key);
}

}  // namespace mgr::broker
