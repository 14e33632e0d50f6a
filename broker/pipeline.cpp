// Broker (uid mgr-broker); distrusts every client, and checks the ids in what the helper says.
#include "broker/pipeline.h"

#include <algorithm>
#include <utility>

#include "protocol/field.h"
#include "protocol/reply.h"

namespace mgr::broker {
namespace {

// What the block that has been read announces, where none of it has been read yet.
std::optional<std::string_view> unread_body(const BlockParser& parser) {
  return parser.body() ? std::nullopt : parser.block().find("mgr-body");
}

Bodies::Caller holder_of_body(Connection& client) {
  return {client.payer->number, client.payer->whole().number};
}

}  // namespace

Pipeline::Pipeline(uv_loop_t* loop, const PipelineOptions& options, std::function<void()> linked,
                   std::function<void()> version_differs)
    : loop_(loop),
      clients_(loop, options.descriptors, counters_, *this),
      follows_(exchanges_, clients_),
      results_(exchanges_, clients_,
               [this](std::uint64_t id, std::string_view line) {
                 static_cast<void>(hear_reply(id, {false, line}));
               }),
      again_(loop, [] {}),
      payment_(loop, [] {}),
      link_(loop, options.helper_socket, options.helper_uid, *this),
      refusals_(loop, link_),
      linked_(std::move(linked)),
      version_differs_(std::move(version_differs)) {}

void Pipeline::end() {
  ends_ = true;
  link_.end();
}

// The story of a request. `bytes` are what has just come, or what waited during a pause.
void Pipeline::take(Connection& client, std::string_view bytes) {
  while (client.takes_requests() && !is_told_by_helper(client)) {
    // 1. Parse. Nothing happens before the last byte of a block; a byte that no block can hold ends
    //    the connection, after the replies to the requests before it.
    switch (client.parser.read(bytes)) {
      case BlockParser::State::incomplete:
        return;
      case BlockParser::State::refused:
        return refuse(client, client.parser.error());
      case BlockParser::State::complete:
        break;
    }
    // 2. Pace: its caller pays before any work is done; or it waits, with all that follows.
    if (!may_begin(client, bytes)) return;
    // 3 and 4. Validate (a second time where there was a body: the helper may have come anew since)
    //    and authenticate.
    const auto request = check(client);
    // 5. Admit its body: what it belongs to has been checked before a byte of it is read. The bytes
    //    of one that is not wanted cannot be told apart from requests, so nothing more is read.
    if (const auto announced = unread_body(client.parser)) {
      const Result<void> admitted =
          request ? admit_body(client, *announced) : tl::unexpected(request.error());
      if (admitted) continue;
      refuse(client, admitted.error());
      return client.refuse_more();
    }
    // 6. Limit: or wait, with all that follows.
    if (request && !may_ask(client, bytes)) return;
    // 7. Forward.
    if (request) {
      ask_run(client, *request);
    } else {
      refuse(client, request.error());
    }
    end_block(client);
  }
}

Result<KnownRequest> Pipeline::check(Connection& client) {
  if (!link_.is_ready()) {
    return fail(ErrorCode::unavailable, "the helper is not there; nothing was started");
  }
  auto request = schema_.check(client.parser.block());
  if (!request) return request;
  if (auto proven = authenticate(client); !proven) return tl::unexpected(proven.error());
  return request;
}

Result<void> Pipeline::admit_body(Connection& client, std::string_view announced) {
  const auto length = parse_body_length(announced);
  if (!length) return tl::unexpected(length.error());
  if (auto held = bodies_.hold(holder_of_body(client), *length); !held) return held;
  client.held_body = *length;
  client.parser.read_body(*length);
  return {};
}

void Pipeline::drop_body(Connection& client) {
  if (const std::size_t held = std::exchange(client.held_body, 0); held > 0) {
    bodies_.give_back(holder_of_body(client), held);
  }
}

void Pipeline::end_block(Connection& client) {
  client.took_first = true;
  clients_.block_complete(client);
  if (!client.parser.keep_alive()) client.take_no_more();
  let_go(client);
  client.parser.next();
}

// No more is taken from this client, whatever it has begun.
void Pipeline::end_requests(Connection& client) {
  client.take_no_more();
  let_go(client);
  client.parser.next();
}

void Pipeline::ask_run(Connection& client, const KnownRequest& request) {
  const RequestBlock& block = request.block();
  run_.connection = client.number();
  run_.origin = client.origin();
  run_.fields.clear();
  for (std::size_t i = 0; i < block.size(); ++i) run_.fields.push_back(block[i]);
  remember(client);
  Exchange& exchange = exchanges_.open(client, client.replies);
  exchange.account = client.payer;
  clients_.accounts().asked(*client.payer);
  run_.body = client.parser.body();
  tell_counters();
  exchange.asked_at = link_.ask_run(exchange.id, run_);
  bodies_.forwarded(holder_of_body(client), std::exchange(client.held_body, 0), exchange.asked_at);
}

// Before a request, so that one for them is answered with what it sees.
void Pipeline::tell_counters() {
  if (!counters_.is_due(uv_now(loop_))) return;
  counters_.set(Counter::connections_open, clients_.size());
  counters_.set(Counter::requests_waiting, clients_.count_waiting());
  link_.tell_counters(counters_.message());
}

// The story of a reply: the line goes to the client as it is, when its turn has come.
bool Pipeline::hear_reply(std::uint64_t id, const ReplyMessage& reply) {
  Exchange* const exchange = exchanges_.find(id);
  if (exchange == nullptr) return false;
  const bool last = !reply.more;
  if (last && follows_.keep_back(*exchange, reply.line)) return true;
  if (last) clients_.accounts().answered(*std::exchange(exchange->account, nullptr));
  if (last) counters_.add(Counter::replies);
  Connection* const client = exchange->client;
  if (client == nullptr) {
    if (last) exchanges_.release(*exchange);
    return true;
  }
  const bool room = clients_.has_room_for_reply(*client);
  exchanges_.answer(*exchange, client->replies, client->outbox.buffer(),
                    room ? reply.line : std::string_view(), last);
  clients_.touch(*client);
  return true;
}

bool Pipeline::hear_follow(std::uint64_t id, const FollowMessage& follow,
                           std::array<Descriptor, descriptors_of_output> files) {
  Exchange* const exchange = exchanges_.find(id);
  return exchange != nullptr && follows_.begin(*exchange, follow, std::move(files));
}

bool Pipeline::hear_grew(std::uint64_t id) {
  const Exchange* const exchange = exchanges_.find(id);
  if (exchange != nullptr) follows_.grew(*exchange);
  return exchange != nullptr;
}

bool Pipeline::hear_result(std::uint64_t id, const ResultMessage& result,
                           std::array<Descriptor, descriptors_of_output> files) {
  const Exchange* const exchange = exchanges_.find(id);
  if (exchange == nullptr || open_data_of(result.line).empty()) return false;
  if (exchange->client == nullptr) return hear_reply(id, {false, result.line});
  if (results_.add(id, result, std::move(files))) return true;
  const Error error{ErrorCode::busy, "too many are reading what jobs printed"};
  return hear_reply(id, {false, failure_line(error)});
}

void Pipeline::refuse(Connection& client, const Error& error) {
  refusals_.count(client.source(), error.code);
  counters_.add(Counter::requests_refused);
  client.is_trusted = false;
  Exchange& exchange = exchanges_.open(client, client.replies);
  exchanges_.answer(exchange, client.replies, client.outbox.buffer(), failure_line(error), true);
  if (error.code == ErrorCode::malformed || error.code == ErrorCode::too_large) {
    client.refuse_more();
  }
  clients_.touch(client);
}

void Pipeline::give_turns() {
  while (TurnHook* const hook = clients_.accounts().next_turn()) {
    auto& client = static_cast<Connection&>(*hook);
    client.has_turn = true;
    const std::string untaken = client.resume();
    take(client, untaken);
    clients_.touch(client);
  }
}

void Pipeline::end_turn() {
  // What a flush leads to (a connection that ended, a link that broke) still belongs to this turn.
  bool left = false;
  clients_.accounts().set_time(uv_now(loop_));
  repeats_.set_time(uv_now(loop_));
  follows_.begin_turn();
  results_.begin_turn();
  do {
    clients_.flush();
    left = results_.relay();
    left = follows_.relay() || left;
    give_turns();
    link_.flush();
    bodies_.sent(link_.sent());
  } while (clients_.needs_flush() || link_.needs_flush());
  clients_.arm_deadlines();
  if (left) again_.start(0);
  const std::uint64_t payment = clients_.accounts().next_payment();
  payment == Accounts::never ? payment_.stop() : payment_.start(payment);
}

void Pipeline::too_late(Connection& client) {
  if (client.waits_in_line()) return waited_too_long(client);
  counters_.add(Counter::deadlines);
  refuse(client, {ErrorCode::timeout, "the request did not arrive in time; nothing was started"});
  end_requests(client);
  client.refuse_more();
}

void Pipeline::admit(Descriptor socket, std::string origin) {
  Arrival arrival;
  arrival.origin = std::move(origin);
  clients_.admit(std::move(socket), std::move(arrival));
}

void Pipeline::turned_away(const Arrival& arrival, const Error& error) {
  refusals_.count(Connection::source_of(arrival), error.code);
  counters_.add(Counter::connections_busy);
  if (arrival.number != 0) link_.tell_closed(arrival.number);
}

void Pipeline::ended(Connection& client) {
  for (const Exchange* exchange = client.replies.first; exchange != nullptr;
       exchange = exchange->next) {
    follows_.drop(*exchange);
    if (client.number() == 0 && exchange->account != nullptr) link_.tell_abandoned(exchange->id);
  }
  exchanges_.abandon(client.replies);
  let_go(client);
  if (client.number() != 0) link_.tell_closed(client.number());
}

void Pipeline::hear_settings(const SettingsMessage& settings) {
  schema_ = Schema(settings);
  proofs_ = Proofs(settings);
  clients_.set_limits(settings.limits);
  counters_.forget_told();
  linked_();
}

void Pipeline::hear_connection(const ConnectionMessage& connection, Descriptor socket) {
  clients_.admit(std::move(socket),
                 {connection.connection, connection.uid, connection.keeps_place, ""});
}

void Pipeline::link_lost(std::uint64_t sent) {
  bodies_.link_lost();
  static_cast<void>(results_.relay());  // they have been answered
  exchanges_.for_each_unanswered([&](Exchange& exchange) {
    follows_.drop(exchange);
    clients_.accounts().answered(*std::exchange(exchange.account, nullptr));
    Connection* const client = exchange.client;
    if (client == nullptr) return exchanges_.release(exchange);
    const Error error =
        exchange.asked_at <= sent
            ? Error{ErrorCode::timeout,
                    "the helper went away before it answered; the request may have been carried "
                    "out"}
            : Error{ErrorCode::unavailable, "the helper went away; nothing was started"};
    exchanges_.answer(exchange, client->replies, client->outbox.buffer(), failure_line(error),
                      true);
    clients_.touch(*client);
  });
  clients_.for_each([this](Connection& client) { forsake(client); });
}

// Requests that wait have nothing to wait for any more, and the numbers of connections mean nothing
// to the next helper: local clients connect again, to it.
void Pipeline::forsake(Connection& client) {
  if (is_told_by_helper(client)) return;
  if (client.paused() != Connection::Pause::none) {
    static_cast<TurnHook&>(client).unlink();
    const std::string untaken = client.resume();
    take(client, untaken);
  }
  if (client.is_local()) {
    client.forget_number();
    if (client.takes_requests() && client.owes_block()) {
      refuse(client, {ErrorCode::unavailable, "the helper went away; nothing was started"});
    }
    end_requests(client);
  }
  clients_.touch(client);
}

}  // namespace mgr::broker
