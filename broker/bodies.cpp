// Broker (uid mgr-broker).
#include "broker/bodies.h"

namespace mgr::broker {

std::size_t Bodies::held_by(std::uint64_t number) const {
  const auto found = by_caller_.find(number);
  return found == by_caller_.end() ? 0 : found->second;
}

Result<void> Bodies::hold(Caller caller, std::size_t bytes) {
  if (bytes == 0) return {};
  const bool is_part = caller.number != caller.whole;
  if (held_by(caller.whole) + bytes > most_of_a_caller || held_ + bytes > most_in_all ||
      (is_part && held_by(caller.number) + bytes > most_of_a_caller / 2)) {
    return fail(ErrorCode::busy, "too many bodies are under way");
  }
  by_caller_[caller.whole] += bytes;
  if (is_part) by_caller_[caller.number] += bytes;
  held_ += bytes;
  return {};
}

void Bodies::take_off(std::uint64_t number, std::size_t bytes) {
  const auto found = by_caller_.find(number);
  found->second -= bytes;
  if (found->second == 0) by_caller_.erase(found);
}

void Bodies::give_back(Caller caller, std::size_t bytes) {
  if (bytes == 0) return;
  held_ -= bytes;
  take_off(caller.whole, bytes);
  if (caller.number != caller.whole) take_off(caller.number, bytes);
}

void Bodies::forwarded(Caller caller, std::size_t bytes, std::uint64_t position) {
  if (bytes > 0) forwarded_.push_back({caller, bytes, position});
}

void Bodies::sent(std::uint64_t position) {
  while (!forwarded_.empty() && forwarded_.front().position <= position) {
    give_back(forwarded_.front().caller, forwarded_.front().bytes);
    forwarded_.pop_front();
  }
}

}  // namespace mgr::broker
