// Broker (uid mgr-broker). What the broker has counted since it started, for `mgr stats`. The
// helper is told beside the requests that it is asked anyway, at most once a second, so counting
// wakes nobody, and what a `mgr stats` is told is at most that old.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "protocol/root_language.h"

namespace mgr::broker {

// Each is broker_counters' name at the same place.
enum class Counter : std::uint8_t {
  connections,
  connections_open,
  connections_busy,
  requests,
  requests_waiting,
  requests_refused,
  requests_signed,
  signatures_refused,
  requests_stale,
  requests_paced,
  deadlines,
  replies,
  bytes_in,
  bytes_out,
};

class Counters {
 public:
  void add(Counter counter, std::uint64_t more = 1) { value(counter) += more; }
  void set(Counter counter, std::uint64_t now) { value(counter) = now; }

  // True at most once a second.
  [[nodiscard]] bool is_due(std::uint64_t now_ms) {
    if (was_told_ && now_ms < told_at_ms_ + 1000) return false;
    was_told_ = true;
    told_at_ms_ = now_ms;
    return true;
  }
  // Another helper has been told nothing.
  void forget_told() { was_told_ = false; }
  [[nodiscard]] CountersMessage message() const { return {{values_.begin(), values_.end()}}; }

 private:
  [[nodiscard]] std::uint64_t& value(Counter counter) {
    return values_[static_cast<std::size_t>(counter)];
  }

  std::array<std::uint64_t, broker_counters.size()> values_{};
  std::uint64_t told_at_ms_ = 0;
  bool was_told_ = false;
};

static_assert(broker_counters[static_cast<std::size_t>(Counter::bytes_out)] == "bytes_out");
static_assert(broker_counters[static_cast<std::size_t>(Counter::requests_paced)] ==
              "requests_paced");

}  // namespace mgr::broker
