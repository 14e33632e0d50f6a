// Broker (uid mgr-broker).
#include "broker/bodies.h"

namespace mgr::broker {

Result<void> Bodies::hold(std::uint64_t caller, std::size_t bytes) {
  if (bytes == 0) return {};
  const auto found = by_caller_.find(caller);
  const std::size_t of_caller = found == by_caller_.end() ? 0 : found->second;
  if (of_caller + bytes > most_of_a_caller || held_ + bytes > most_in_all) {
    return fail(ErrorCode::busy, "too many bodies are under way");
  }
  by_caller_[caller] = of_caller + bytes;
  held_ += bytes;
  return {};
}

void Bodies::give_back(std::uint64_t caller, std::size_t bytes) {
  if (bytes == 0) return;
  const auto found = by_caller_.find(caller);
  held_ -= bytes;
  found->second -= bytes;
  if (found->second == 0) by_caller_.erase(found);
}

void Bodies::forwarded(std::uint64_t caller, std::size_t bytes, std::uint64_t position) {
  if (bytes > 0) forwarded_.push_back({caller, bytes, position});
}

void Bodies::sent(std::uint64_t position) {
  while (!forwarded_.empty() && forwarded_.front().position <= position) {
    give_back(forwarded_.front().caller, forwarded_.front().bytes);
    forwarded_.pop_front();
  }
}

}  // namespace mgr::broker
