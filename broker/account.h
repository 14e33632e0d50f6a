// Broker (uid mgr-broker). How many places and how much attention each caller takes.
//
// A caller is a uid, by the helper's word; a key, once a signature of it has verified here; or an
// address, of which all together, the network, are one caller more: an address proves nothing, so a
// range of them gets no more than one caller, and each of them the half of that. The rule:
//   - places: past the limits a new connection is answered `busy` and closed. The last places are
//     kept for uid 0 and the admins, and of the others no caller has more than half. A key has no
//     places: its connections are those of the uid or address that they come from.
//   - pace: before any work is done for a request, its connection's caller pays for that work out
//     of a bucket of tokens. Who has none waits. uid 0 and the admins pay nothing.
//   - requests in flight: a caller that is over its limit waits. A request that a key has signed is
//     that key's, which pays for it, too; its connection's caller gets back what it has paid. A
//     copy of one is its connection's caller's (repeats.h).
// Who waits stays where it is, one parsed block a connection, the rest unread in the kernel, and
// goes on in turn, one a connection. So a busy web server sees a queue rather than errors, memory
// is bounded by the connections, and other callers are not touched. Who has waited for the block
// deadline is told `busy`.
#pragma once

#include <boost/intrusive/list.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>

#include "broker/pace.h"
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

// One caller's counts. Owned by Accounts, from its first connection (of a key: from its first
// request) until nothing of it is left and its bucket is full.
struct Account : Hook {
  std::string name;               // "uid 33", "key backup", "network", or an address
  std::uint64_t number = 0;       // of this caller; never used again
  Account* network = nullptr;     // of an address: what it takes is taken there, too
  std::uint32_t connections = 0;  // of a key: requests of it that have not been forwarded yet
  std::uint32_t in_flight = 0;
  std::size_t owed = 0;  // bytes of replies, to all of its connections, as far as it is counted
  Bucket bucket;
  TurnList pacing;   // connections whose next request has not been paid for
  TurnList waiting;  // connections whose next request waits for its turn

  // Whom it counts as where a range of addresses must be as good as one.
  [[nodiscard]] Account& whole() { return network == nullptr ? *this : *network; }
};

class Accounts {
 public:
  // `descriptors`: how many connections the process has descriptors for; it caps the limit.
  explicit Accounts(std::size_t descriptors) : descriptors_(descriptors) {}
  void set_limits(const BrokerLimits& limits);
  // The time, in milliseconds; it never goes back.
  void set_time(std::uint64_t now_ms) { now_ = now_ms * 1'000'000; }

  // Takes a place for a new connection; busy where a limit is reached. `address` is one as
  // share_of() has it (address.h).
  [[nodiscard]] Result<Account*> enter_uid(std::uint32_t uid, bool keeps_place);
  [[nodiscard]] Result<Account*> enter_address(const std::string& address);
  void leave(Account& account);

  // The account of a key, for one request, until let_go().
  [[nodiscard]] Account& hold_key(std::string_view id);
  void let_go(Account& key);

  // Pays for a request. False where there are not so many tokens, or others wait for theirs and it
  // is not this one's turn: it must wait().
  [[nodiscard]] bool pay(Account& account, std::uint32_t tokens, bool has_turn);
  // Of what it has paid.
  void give_back(Account& account, std::uint32_t tokens);
  // In seconds, at least 1: when paying is worth another try.
  [[nodiscard]] std::uint64_t try_again_in(const Account& account) const;

  // True where a request of this caller may go to the helper now, which it pays so many tokens for.
  // One whose turn has come does not queue up again behind the others.
  [[nodiscard]] bool may_ask(Account& account, std::uint32_t tokens, bool has_turn);
  // Of requests in flight.
  [[nodiscard]] bool is_below_limit(const Account& account) const;
  [[nodiscard]] std::uint32_t requests_in_flight() const { return limits_.requests_in_flight; }
  void asked(Account& account);
  // The helper has answered; the caller may be gone afterwards.
  void answered(Account& account);

  // At the end of the line of those that have not paid, or of those that wait for their turn; the
  // connection's `price` says what it waits to pay.
  void wait_to_pay(Account& account, TurnHook& connection);
  void wait(Account& account, TurnHook& connection);
  // The connection whose turn it is, taken out of its caller's line; nullptr when there is none.
  [[nodiscard]] TurnHook* next_turn();
  // After next_turn() has found none: in so many milliseconds there may be one that can pay;
  // `never` where nobody waits for that.
  static constexpr std::uint64_t never = UINT64_MAX;
  [[nodiscard]] std::uint64_t next_payment() const;

  // Callers that are remembered.
  [[nodiscard]] std::size_t size() const { return accounts_.size(); }

 private:
  using Lines = boost::intrusive::list<Account, boost::intrusive::constant_time_size<false>>;

  [[nodiscard]] std::size_t places() const;
  [[nodiscard]] std::size_t kept_places() const;
  [[nodiscard]] std::size_t most_connections(const Account& account, bool keeps_place) const;
  [[nodiscard]] Result<Account*> enter(Account& account, bool keeps_place);
  Account& find(std::string name);
  [[nodiscard]] std::uint64_t wait_of(const Account& account, std::uint32_t tokens) const;
  [[nodiscard]] TurnHook* take_first(const Account& account, TurnList& line);
  [[nodiscard]] TurnHook* take_turn(Account& account);
  void forget_if_gone(Account& account);
  void forget_idle();

  BrokerLimits limits_;
  Pace pace_{limits_.requests_per_second, limits_.burst};
  std::size_t descriptors_;
  std::size_t connections_ = 0;
  std::uint64_t now_ = 0;  // in nanoseconds
  std::uint64_t last_number_ = 0;
  std::size_t forget_at_ = 0;  // so many accounts, and those that are idle are forgotten
  std::unordered_map<std::string, Account> accounts_;
  Lines lines_;             // accounts that connections wait in
  bool has_freed_ = false;  // since next_turn() found none
  std::uint64_t payment_at_ = never;
};

}  // namespace mgr::broker
