// Broker (uid mgr-broker); the uids are the helper's word.
#include "broker/account.h"

#include <algorithm>

namespace mgr::broker {

void Accounts::set_limits(const BrokerLimits& limits) {
  limits_ = limits;
  for (auto& [key, account] : accounts_) {
    if (!account.waiting.empty() && !account.is_linked()) freed_.push_back(account);
  }
}

Result<Account*> Accounts::enter(std::uint64_t key, bool keeps_place) {
  const std::size_t places = std::min<std::size_t>(limits_.connections, descriptors_);
  const std::size_t kept = keeps_place ? 0 : std::min<std::size_t>(limits_.kept_places, places);
  if (connections_ >= places - kept) {
    return fail(ErrorCode::busy, "too many connections");
  }
  Account& account = accounts_[key];
  account.key = key;
  if (account.connections >= limits_.connections_per_caller) {
    forget_if_gone(account);
    return fail(ErrorCode::busy, "too many connections of this caller");
  }
  ++account.connections;
  ++connections_;
  return &account;
}

void Accounts::leave(Account& account) {
  --account.connections;
  --connections_;
  forget_if_gone(account);
}

bool Accounts::may_ask(const Account& account, bool has_turn) const {
  return account.in_flight < limits_.requests_in_flight && (has_turn || account.waiting.empty());
}

void Accounts::answered(Account& account) {
  --account.in_flight;
  if (!account.waiting.empty() && !account.is_linked()) freed_.push_back(account);
  forget_if_gone(account);
}

TurnHook* Accounts::next_turn() {
  while (!freed_.empty()) {
    Account& account = freed_.front();
    freed_.pop_front();
    if (account.waiting.empty() || account.in_flight >= limits_.requests_in_flight) continue;
    TurnHook& connection = account.waiting.front();
    account.waiting.pop_front();
    // To the end: callers take turns with each other, too.
    freed_.push_back(account);
    return &connection;
  }
  return nullptr;
}

void Accounts::forget_if_gone(Account& account) {
  if (account.connections == 0 && account.in_flight == 0) accounts_.erase(account.key);
}

}  // namespace mgr::broker
