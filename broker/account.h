// Broker (uid mgr-broker). How many places and how much attention each caller takes.
//
// A caller is a uid, by the helper's word; all connections from the network are one caller, since
// an address proves nothing. The rule:
//   - places: past the limits a new connection is answered `busy` and closed. The last places are
//     kept for uid 0 and the admins.
//   - requests in flight: a caller that is over its limit waits. Its next requests stay where they
//     are, one parsed block a connection, the rest unread in the kernel, and go on in turn, one a
//     connection, as its earlier ones are answered. So a busy web server sees a queue rather than
//     errors, memory is bounded by the connections, and other callers are not touched. Who has
//     waited for the block deadline is told `busy`.
#pragma once

#include <boost/intrusive/list.hpp>
#include <cstddef>
#include <cstdint>
#include <unordered_map>

#include "protocol/error.h"
#include "protocol/root_language.h"

namespace mgr::broker {

class Connection;

// Where a connection stands in a list; it leaves every list when it goes. Boost.Intrusive because
// a connection is in up to three lists at a time, and none may cost an allocation.
using Hook =
    boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;
struct TurnTag;
using TurnHook =
    boost::intrusive::list_base_hook<boost::intrusive::tag<TurnTag>,
                                     boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;
using TurnList = boost::intrusive::list<TurnHook, boost::intrusive::base_hook<TurnHook>,
                                        boost::intrusive::constant_time_size<false>>;

// One caller's counts. Owned by Accounts, from its first connection to its last answer.
struct Account : Hook {
  std::uint64_t key = 0;
  std::uint32_t connections = 0;
  std::uint32_t in_flight = 0;
  std::size_t owed = 0;  // bytes of replies, to all of its connections, as far as it is counted
  TurnList waiting;      // connections whose next request waits for its turn
};

class Accounts {
 public:
  // The key of every caller from the network; a uid's is its number.
  static constexpr std::uint64_t network = std::uint64_t{1} << 32;

  // `descriptors`: how many connections the process has descriptors for; it caps the limit.
  explicit Accounts(std::size_t descriptors) : descriptors_(descriptors) {}
  void set_limits(const BrokerLimits& limits);

  // Takes a place for a new connection; busy where a limit is reached.
  [[nodiscard]] Result<Account*> enter(std::uint64_t key, bool keeps_place);
  void leave(Account& account);

  // True where the next request of this connection may go to the helper now. One whose turn has
  // come (next_turn) does not queue up again behind the others.
  [[nodiscard]] bool may_ask(const Account& account, bool has_turn) const;
  [[nodiscard]] std::uint32_t requests_in_flight() const { return limits_.requests_in_flight; }
  void asked(Account& account) { ++account.in_flight; }
  // The helper has answered; the caller may be gone afterwards.
  void answered(Account& account);

  void wait(Account& account, TurnHook& connection) { account.waiting.push_back(connection); }
  // The connection whose turn it is, taken out of its caller's line; nullptr when there is none.
  [[nodiscard]] TurnHook* next_turn();

 private:
  void forget_if_gone(Account& account);

  BrokerLimits limits_;
  std::size_t descriptors_;
  std::size_t connections_ = 0;
  std::unordered_map<std::uint64_t, Account> accounts_;
  // Accounts that have come below their limit while connections wait.
  boost::intrusive::list<Account, boost::intrusive::constant_time_size<false>> freed_;
};

}  // namespace mgr::broker
