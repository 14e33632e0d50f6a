// Broker (uid mgr-broker). The clocks that run against connections.
//
// Each kind of deadline lasts the same for everybody, so each is a list in the order of its
// starts, and its first is its nearest. Before the loop sleeps, one timer is put to the nearest of
// all, or stopped: no wake-up without work.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <limits>

#include "broker/connection.h"
#include "broker/loop.h"

namespace mgr::broker {

class Deadlines {
 public:
  // `expired` is told each connection whose time is up, already out of its list.
  using Expired = std::function<void(Connection& connection, DeadlineKind kind)>;
  Deadlines(uv_loop_t* loop, Expired expired);

  // For the clocks that run already, too.
  void set_durations(std::uint64_t block_ms, std::uint64_t idle_ms);

  // Puts the connection under that clock. One that is under it already goes on where it was.
  void enter(Connection& connection, DeadlineKind kind);
  // Takes it out, so that the next enter() starts anew.
  void leave(Connection& connection);
  // Before the loop sleeps.
  void arm();

 private:
  using List = boost::intrusive::list<DeadlineHook, boost::intrusive::base_hook<DeadlineHook>,
                                      boost::intrusive::constant_time_size<false>>;
  static constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();

  void fire();
  [[nodiscard]] std::uint64_t due(const Connection& connection) const;

  uv_loop_t* loop_;
  Expired expired_;
  Timer timer_;
  std::uint64_t armed_for_ = never;
  std::array<List, 4> lists_;  // by DeadlineKind; the first stays empty
  std::array<std::uint64_t, 4> durations_{never, 5000, 60000, 1000};
};

}  // namespace mgr::broker
