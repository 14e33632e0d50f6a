// Broker (uid mgr-broker); distrusts everybody on the other end.
#include "broker/clients.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "broker/address.h"
#include "protocol/reply.h"

namespace mgr::broker {
namespace {

// A body that is refused at its announcement is on its way.
constexpr std::size_t most_discarded = max_body_length + (64 << 10);

}  // namespace

Clients::Clients(uv_loop_t* loop, std::size_t descriptors, Counters& counters, ClientEvents& events)
    : loop_(loop),
      counters_(counters),
      events_(events),
      accounts_(descriptors),
      deadlines_(loop,
                 [this](Connection& client, DeadlineKind kind) { on_deadline(client, kind); }) {}

void Clients::set_limits(const BrokerLimits& limits) {
  accounts_.set_limits(limits);
  deadlines_.set_durations(limits.block_deadline_ms, limits.idle_deadline_ms);
}

void Clients::admit(Descriptor socket, Arrival arrival) {
  accounts_.set_time(uv_now(loop_));
  counters_.add(Counter::connections);
  const auto account = arrival.uid ? accounts_.enter_uid(*arrival.uid, arrival.keeps_place)
                                   : accounts_.enter_address(share_of(arrival.origin));
  if (!account) return turn_away(std::move(socket), arrival, account.error());
  clients_.push_back(
      std::make_unique<Connection>(std::move(socket), std::move(arrival), **account));
  clients_.back()->index = clients_.size() - 1;
  read(*clients_.back());
}

void Clients::turn_away(Descriptor socket, const Arrival& arrival, const Error& error) {
  // One try to say why, without waiting: its request is read away so that the close is no reset.
  const std::string line = failure_line(error);
  ::recv(socket.get(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
  ::send(socket.get(), line.data(), line.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (arrival.is_local()) ::shutdown(socket.get(), SHUT_RDWR);
  events_.turned_away(arrival, error);
}

void Clients::touch(Connection& client) {
  if (!static_cast<AttentionHook&>(client).is_linked()) touched_.push_back(client);
}

bool Clients::has_room_for_reply(Connection& client) {
  count_owed(client);
  const bool room =
      client.owed() <= max_owed && (owed_ <= max_owed_by_all || client.owed() <= fair_share);
  if (!room) client.give_up();
  return room;
}

bool Clients::may_stream(Connection& client) {
  count_owed(client);
  // Not owed(): what waits behind the stream must not hold it up.
  const std::size_t waiting = client.outbox.size();
  return !client.given_up() && waiting < most_streamed &&
         (waiting == 0 || owed_ <= max_owed_by_all / 2);
}

bool Clients::may_take_result(Connection& client) {
  count_owed(client);
  return !client.given_up() && client.outbox.size() < most_streamed &&
         client.account.whole().owed < max_owed && owed_ < max_owed_by_all / 2;
}

std::size_t Clients::count_waiting() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(clients_, [](const auto& client) { return client->waits_in_line(); }));
}

void Clients::count_owed(Connection& client) {
  owed_ += client.owed() - client.counted_owed;
  client.account.whole().owed += client.owed() - client.counted_owed;
  client.counted_owed = client.owed();
}

void Clients::flush() {
  while (!touched_.empty()) {
    auto& client = static_cast<Connection&>(touched_.front());
    touched_.pop_front();
    send(client);
    settle(client);
  }
}

void Clients::on_event(Connection& client, int events) {
  if ((events & UV_WRITABLE) != 0) touch(client);
  if ((events & UV_READABLE) == 0) return;
  if (client.wants_bytes()) return read(client);
  // Nothing that it sends is wanted now: settle() watches again when that changes. It may be an
  // error, which what is owed to it finds.
  if (client.owed() > 0) touch(client);
  client.watch.want(client.watch.wanted() & ~UV_READABLE);
}

void Clients::on_deadline(Connection& client, DeadlineKind kind) {
  if (kind == DeadlineKind::block) {
    events_.too_late(client);
  } else {
    client.give_up();
  }
  touch(client);
}

void Clients::read(Connection& client) {
  accounts_.set_time(uv_now(loop_));
  const ssize_t got = ::recv(client.socket.get(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
  if (got > 0) {
    const auto length = static_cast<std::size_t>(got);
    counters_.add(Counter::bytes_in, length);
    if (client.lingering) {
      client.discarded += length;
    } else {
      events_.take(client, {buffer_.data(), length});
    }
  } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
    client.peer_finished = true;
  }
  settle(client);
}

void Clients::send(Connection& client) {
  const std::uint64_t before = client.outbox.sent();
  client.sending = client.outbox.flush(client.socket.get());
  counters_.add(Counter::bytes_out, client.outbox.sent() - before);
  if (client.sending == Outbox::State::broken) client.give_up();
  // Some was read: the clock against one that does not read starts anew.
  if (client.outbox.sent() != before && client.deadline == DeadlineKind::idle) {
    deadlines_.leave(client);
  }
  count_owed(client);
  if (!client.given_up() && client.paused() == Connection::Pause::backlog &&
      client.has_room(accounts_.requests_in_flight())) {
    const std::string untaken = client.resume();
    events_.take(client, untaken);
  }
}

void Clients::settle(Connection& client) {
  if (client.given_up()) return end(client);
  if (client.is_over()) return finish(client);
  if (!watch(client)) return end(client);
  deadlines_.enter(client, client.due());
}

bool Clients::watch(Connection& client) {
  int wanted = client.watch.wanted() & UV_READABLE;
  if (client.wants_bytes()) wanted |= UV_READABLE;
  if (client.sending == Outbox::State::stalled) wanted |= UV_WRITABLE;
  if (wanted != 0 && !client.watch.is_open()) {
    const auto opened = client.watch.open(
        loop_, client.socket.get(), [this, &client](int events) { on_event(client, events); });
    if (!opened) return false;
  }
  client.watch.want(wanted);
  return true;
}

void Clients::finish(Connection& client) {
  if (client.peer_finished || (!client.lingering && !client.was_refused() && !reads_away(client)) ||
      client.discarded > most_discarded) {
    return end(client);
  }
  if (!client.lingering) {
    client.lingering = true;
    ::shutdown(client.socket.get(), SHUT_WR);
  }
  if (!watch(client)) return end(client);
  deadlines_.enter(client, DeadlineKind::linger);
}

bool Clients::reads_away(Connection& client) {
  // A close with bytes unread is a reset, which may overtake the reply.
  const ssize_t got = ::recv(client.socket.get(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
  return got > 0;
}

void Clients::end(Connection& client) {
  client.watch.close();
  // The helper holds a copy of a handed-down connection: close alone would not reach the client.
  if (client.is_local()) ::shutdown(client.socket.get(), SHUT_RDWR);
  events_.ended(client);
  owed_ -= client.counted_owed;
  Account& account = client.account;
  account.whole().owed -= client.counted_owed;
  const std::size_t index = client.index;
  std::swap(clients_[index], clients_.back());
  clients_[index]->index = index;
  clients_.pop_back();
  accounts_.leave(account);
}

}  // namespace mgr::broker
