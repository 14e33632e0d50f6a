// Broker (uid mgr-broker).
#include "broker/refusals.h"

#include <limits>

namespace mgr::broker {
namespace {

constexpr std::uint64_t interval_ms = 1000;

}  // namespace

Refusals::Refusals(uv_loop_t* loop, Link& link) : link_(link), timer_(loop, [this] { tell(); }) {}

void Refusals::count(std::string source, ErrorCode code) {
  std::pair key(std::move(source), code);
  if (counts_.size() >= max_rows && !counts_.contains(key)) key.first = "other";
  std::uint32_t& count = counts_[std::move(key)];
  if (count < std::numeric_limits<std::uint32_t>::max()) ++count;
  if (!timer_.is_running()) timer_.start(interval_ms);
}

void Refusals::tell() {
  // Without a link the sums wait for the next one.
  if (!link_.is_ready()) return timer_.start(interval_ms);
  RefusalsMessage message;
  for (const auto& [key, count] : counts_)
    message.refusals.push_back({key.first, key.second, count});
  link_.tell_refusals(message);
  counts_.clear();
}

}  // namespace mgr::broker
