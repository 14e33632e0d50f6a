// Broker (uid mgr-broker); distrusts every client. The steps of the pipeline that are about whose a
// request is: pace, authenticate, limit.
#include <algorithm>
#include <utility>

#include "broker/pipeline.h"

namespace mgr::broker {
namespace {

// What the request is worth in tokens: verifying a signature costs the broker some ten times what
// the rest of a request does, and is done for whoever asks.
constexpr std::uint32_t price_of_signature = 8;

std::string_view nonce_of(const RequestBlock& block) {
  return block.find("auth-nonce").value_or(std::string_view());
}

}  // namespace

bool Pipeline::may_begin(Connection& client, std::string_view untaken) {
  if (client.has_paid) return true;
  Accounts& accounts = clients_.accounts();
  if (!client.has_room(accounts.requests_in_flight())) {
    client.pause(Connection::Pause::backlog, untaken);
    return false;
  }
  if (!link_.is_ready()) return true;  // it is refused
  const bool is_signed_one = is_signed(client.parser.block());
  // A connection that has signed is taken at its word once more, and loses that trust with the
  // first refusal: so a flood of forgeries does not hold up those that have proven themselves.
  const bool is_free = client.keeps_place() || (is_signed_one && client.is_trusted);
  client.price = is_free ? 0 : is_signed_one ? price_of_signature : 1;
  client.has_paid =
      is_free || accounts.pay(client.account, client.price, std::exchange(client.has_turn, false));
  if (client.has_paid) {
    counters_.add(Counter::requests);
    return true;
  }
  counters_.add(Counter::requests_paced);
  clients_.block_complete(client);
  client.pause(Connection::Pause::pace, untaken);
  accounts.wait_to_pay(client.account, client);
  return false;
}

// Once a request, however often it is checked.
Result<void> Pipeline::authenticate(Connection& client) {
  if (client.payer != nullptr) return {};
  Accounts& accounts = clients_.accounts();
  const auto proven = proofs_.check(client.parser.block());
  count_proof(proven);
  const bool verifies = proven && proven->is_verified;
  const bool is_copy = verifies && repeats_.contains(proven->key, nonce_of(client.parser.block()));
  const bool is_a_keys = verifies && !is_copy;
  const bool was_work = is_copy || (!proven && proven.error().code == ErrorCode::unauthenticated);
  // What it has paid for a signature it gets back, unless that was a forgery or a copy.
  const std::uint32_t cost = was_work ? client.price : is_a_keys ? 0 : std::min(client.price, 1u);
  accounts.give_back(client.account, client.price - cost);
  client.price = cost;
  client.is_trusted = is_a_keys;
  if (!proven) return tl::unexpected(proven.error());
  client.payer = is_a_keys ? &accounts.hold_key(proven->key) : &client.account;
  // It has not paid for the key yet.
  client.price = is_a_keys && !client.keeps_place() ? 1 : 0;
  return {};
}

void Pipeline::count_proof(const Result<Proven>& proven) {
  if (proven) {
    if (!proven->key.empty()) counters_.add(Counter::requests_signed);
  } else if (proven.error().code == ErrorCode::unauthenticated) {
    counters_.add(Counter::signatures_refused);
  } else if (proven.error().code == ErrorCode::stale) {
    counters_.add(Counter::requests_stale);
  }
}

bool Pipeline::may_ask(Connection& client, std::string_view untaken) {
  Accounts& accounts = clients_.accounts();
  if (accounts.may_ask(*client.payer, client.price, std::exchange(client.has_turn, false))) {
    return true;
  }
  clients_.block_complete(client);
  client.pause(Connection::Pause::turn, untaken);
  accounts.wait(*client.payer, client);
  return false;
}

// That it is on its way. One with an HMAC is its connection's, and so are its copies.
void Pipeline::remember(const Connection& client) {
  if (client.payer == &client.account) return;
  const RequestBlock& block = client.parser.block();
  repeats_.add(block.find("auth-key").value_or(std::string_view()), nonce_of(block));
}

// The request that was served is nobody's any more.
void Pipeline::let_go(Connection& client) {
  drop_body(client);
  Account* const payer = std::exchange(client.payer, nullptr);
  if (payer != nullptr && payer != &client.account) clients_.accounts().let_go(*payer);
  client.has_turn = client.has_paid = false;
  client.price = 0;
}

void Pipeline::waited_too_long(Connection& client) {
  Accounts& accounts = clients_.accounts();
  const Account& payer = client.payer == nullptr ? client.account : *client.payer;
  const bool paces = client.paused() == Connection::Pause::pace || accounts.is_below_limit(payer);
  const Error error{ErrorCode::busy, paces ? "over the rate of requests; try again in " +
                                                 std::to_string(accounts.try_again_in(payer)) + " s"
                                           : "too many requests of this caller are in flight"};
  static_cast<TurnHook&>(client).unlink();
  const std::string untaken = client.resume();
  refuse(client, error);
  const bool has_unread_body = client.parser.block().find("mgr-body") && !client.parser.body();
  if (has_unread_body) return client.refuse_more();
  end_block(client);
  take(client, untaken);
}

}  // namespace mgr::broker
