// Broker (uid mgr-broker); the uids are the helper's word.
#include "broker/account.h"

#include <algorithm>
#include <utility>

#include "broker/connection.h"

namespace mgr::broker {
namespace {

// Of everything that the network has, an address may take the half.
std::size_t half(std::size_t limit) { return std::max<std::size_t>(limit / 2, 1); }

constexpr std::uint64_t millisecond = 1'000'000;
constexpr std::uint64_t second = 1'000'000'000;

}  // namespace

void Accounts::set_limits(const BrokerLimits& limits) {
  limits_ = limits;
  pace_ = Pace(limits.requests_per_second, limits.burst);
  for (auto& [name, account] : accounts_) pace_.hold(account.bucket, now_);
  has_freed_ = true;
}

std::size_t Accounts::places() const {
  return std::min<std::size_t>(limits_.connections, descriptors_);
}

std::size_t Accounts::kept_places() const {
  return std::min<std::size_t>(limits_.kept_places, places());
}

std::size_t Accounts::most_connections(const Account& account, bool keeps_place) const {
  if (keeps_place) return limits_.connections_per_caller;
  const std::size_t most =
      std::min<std::size_t>(limits_.connections_per_caller, half(places() - kept_places()));
  return account.network == nullptr ? most : half(most);
}

Account& Accounts::find(std::string name) {
  if (accounts_.size() >= forget_at_) forget_idle();
  const auto [found, is_new] = accounts_.try_emplace(std::move(name));
  if (is_new) {
    found->second.name = found->first;
    found->second.number = ++last_number_;
  }
  return found->second;
}

Result<Account*> Accounts::enter_uid(std::uint32_t uid, bool keeps_place) {
  return enter(find("uid " + std::to_string(uid)), keeps_place);
}

Result<Account*> Accounts::enter_address(const std::string& address) {
  Account& network = find("network");
  ++network.connections;  // so that it stays
  Account& account = find(address);
  account.network = &network;
  auto entered = enter(account, false);
  if (entered) return entered;
  --network.connections;
  forget_if_gone(network);
  return entered;
}

Result<Account*> Accounts::enter(Account& account, bool keeps_place) {
  const std::size_t open = places() - (keeps_place ? 0 : kept_places());
  const bool is_full = connections_ >= open;
  const bool is_over = account.connections >= most_connections(account, keeps_place) ||
                       (account.network != nullptr &&
                        account.network->connections > most_connections(*account.network, false));
  if (is_full || is_over) {
    forget_if_gone(account);
    return fail(ErrorCode::busy,
                is_full ? "too many connections" : "too many connections of this caller");
  }
  ++account.connections;
  ++connections_;
  return &account;
}

void Accounts::leave(Account& account) {
  Account* const network = account.network;
  --account.connections;
  --connections_;
  forget_if_gone(account);
  if (network == nullptr) return;
  --network->connections;
  forget_if_gone(*network);
}

Account& Accounts::hold_key(std::string_view id) {
  Account& key = find("key " + std::string(id));
  ++key.connections;
  return key;
}

void Accounts::let_go(Account& key) {
  --key.connections;
  forget_if_gone(key);
}

std::uint64_t Accounts::wait_of(const Account& account, std::uint32_t tokens) const {
  if (account.network == nullptr) return pace_.wait(account.bucket, now_, tokens);
  return std::max(pace_.half().wait(account.bucket, now_, tokens),
                  pace_.wait(account.network->bucket, now_, tokens));
}

bool Accounts::pay(Account& account, std::uint32_t tokens, bool has_turn) {
  if (!has_turn && !account.pacing.empty()) return false;
  if (wait_of(account, tokens) > 0) return false;
  const bool is_half = account.network != nullptr;
  (is_half ? pace_.half() : pace_).take(account.bucket, now_, tokens);
  if (is_half) pace_.take(account.network->bucket, now_, tokens);
  return true;
}

void Accounts::give_back(Account& account, std::uint32_t tokens) {
  if (tokens == 0) return;
  const bool is_half = account.network != nullptr;
  (is_half ? pace_.half() : pace_).give_back(account.bucket, tokens);
  if (is_half) pace_.give_back(account.network->bucket, tokens);
  has_freed_ = true;
}

std::uint64_t Accounts::try_again_in(const Account& account) const {
  return std::max<std::uint64_t>((wait_of(account, 1) + second - 1) / second, 1);
}

bool Accounts::is_below_limit(const Account& account) const {
  if (account.network == nullptr) return account.in_flight < limits_.requests_in_flight;
  return account.in_flight < half(limits_.requests_in_flight) &&
         account.network->in_flight < limits_.requests_in_flight;
}

bool Accounts::may_ask(Account& account, std::uint32_t tokens, bool has_turn) {
  if (!is_below_limit(account) || (!has_turn && !account.waiting.empty())) return false;
  return tokens == 0 || pay(account, tokens, true);
}

void Accounts::asked(Account& account) {
  ++account.in_flight;
  if (account.network != nullptr) ++account.network->in_flight;
}

void Accounts::answered(Account& account) {
  Account* const network = account.network;
  has_freed_ = true;
  --account.in_flight;
  forget_if_gone(account);
  if (network == nullptr) return;
  --network->in_flight;
  forget_if_gone(*network);
}

void Accounts::wait_to_pay(Account& account, TurnHook& connection) {
  account.pacing.push_back(connection);
  if (!account.is_linked()) lines_.push_back(account);
  has_freed_ = true;  // when it can pay is still to be found out
}

void Accounts::wait(Account& account, TurnHook& connection) {
  account.waiting.push_back(connection);
  if (!account.is_linked()) lines_.push_back(account);
  has_freed_ = true;
}

// The first of a line, where it can pay.
TurnHook* Accounts::take_first(const Account& account, TurnList& line) {
  if (line.empty()) return nullptr;
  TurnHook& first = line.front();
  const std::uint64_t wait = wait_of(account, static_cast<Connection&>(first).price);
  if (wait > 0) {
    payment_at_ = std::min(payment_at_, now_ + wait);
    return nullptr;
  }
  line.pop_front();
  return &first;
}

// Those that have come further go first.
TurnHook* Accounts::take_turn(Account& account) {
  if (is_below_limit(account)) {
    if (TurnHook* const turn = take_first(account, account.waiting)) return turn;
  }
  return take_first(account, account.pacing);
}

TurnHook* Accounts::next_turn() {
  if (!has_freed_ && now_ < payment_at_) return nullptr;
  payment_at_ = never;
  for (auto next = lines_.begin(); next != lines_.end();) {
    Account& account = *next++;
    TurnHook* const turn = take_turn(account);
    const bool is_empty = account.waiting.empty() && account.pacing.empty();
    if (turn == nullptr && !is_empty) continue;
    account.unlink();
    // To the end: callers take turns with each other, too.
    if (!is_empty) lines_.push_back(account);
    if (turn == nullptr) continue;
    has_freed_ = true;
    return turn;
  }
  has_freed_ = false;
  return nullptr;
}

std::uint64_t Accounts::next_payment() const {
  if (payment_at_ == never) return never;
  return payment_at_ > now_ ? (payment_at_ - now_ + millisecond - 1) / millisecond : 0;
}

// A caller that has emptied its bucket does not get a full one by going and coming back.
void Accounts::forget_if_gone(Account& account) {
  if (account.connections > 0 || account.in_flight > 0 || account.bucket.full_at > now_) return;
  accounts_.erase(std::string(account.name));
}

void Accounts::forget_idle() {
  std::erase_if(accounts_, [this](const auto& entry) {
    const Account& account = entry.second;
    return account.connections == 0 && account.in_flight == 0 && account.bucket.full_at <= now_;
  });
  forget_at_ = 2 * accounts_.size() + 64;  // so that looking through them costs little a caller
}

}  // namespace mgr::broker
