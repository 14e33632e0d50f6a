// Broker (uid mgr-broker). How much memory the bodies of requests take, in all and of each caller:
// from the announcement of a body until the kernel has it on its way to the helper. A body is
// counted by what its block announces, before a byte of it is read; what is past a limit is
// refused, so no client makes the broker hold more.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <unordered_map>

#include "protocol/error.h"

namespace mgr::broker {

class Bodies {
 public:
  static constexpr std::size_t most_in_all = 64 << 20;
  static constexpr std::size_t most_of_a_caller = 8 << 20;

  // By the numbers of accounts: whose it is, and as what that counts: of an address the network,
  // whose room the address may take the half of; of others the same.
  struct Caller {
    std::uint64_t number, whole;
  };

  // Fails with busy where a limit would be passed.
  [[nodiscard]] Result<void> hold(Caller caller, std::size_t bytes);
  void give_back(Caller caller, std::size_t bytes);
  // Instead: it waits in the link until that position is sent. Positions only grow.
  void forwarded(Caller caller, std::size_t bytes, std::uint64_t position);
  // The link has sent up to there.
  void sent(std::uint64_t position);
  // What it held is dropped, and its positions begin anew.
  void link_lost() { sent(UINT64_MAX); }

  [[nodiscard]] std::size_t held() const { return held_; }

 private:
  struct Forwarded {
    Caller caller;
    std::size_t bytes;
    std::uint64_t position;
  };

  [[nodiscard]] std::size_t held_by(std::uint64_t number) const;
  void take_off(std::uint64_t number, std::size_t bytes);

  std::size_t held_ = 0;
  std::unordered_map<std::uint64_t, std::size_t> by_caller_;  // those above 0
  std::deque<Forwarded> forwarded_;
};

}  // namespace mgr::broker
