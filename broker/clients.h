// Broker (uid mgr-broker). All connections: who is let in, when each is read, written and ended.
// Distrusts everybody on the other end; looks at no byte itself.
//
// The life of a connection: admitted → read (its bytes go to ClientEvents::take) → flushed at the
// end of each turn in which something was put into its outbox → settled, which is the one place
// that decides what it is watched for, which clock runs, and whether it is over → ended. A fresh
// connection is read before it is watched: most have their one request there already, and then
// libuv never hears of them.
//
// Bounds: one receive buffer for all; a connection owns at most one block, its body
// (broker/bodies.h), the rest of one receive buffer, and max_owed bytes of replies; all together
// owe at most max_owed_by_all, past which whoever has not read more than a fair share is dropped.
// Streams stop well before: each at most_streamed, and, past half of what all may owe, until the
// connection owes nothing. Long replies wait where they come from (broker/results.h).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "broker/account.h"
#include "broker/connection.h"
#include "broker/counters.h"
#include "broker/deadlines.h"
#include "protocol/error.h"
#include "protocol/root_language.h"
#include "protocol/text.h"

namespace mgr::broker {

// What Clients tells the pipeline. None of these may end a connection: they mark it.
class ClientEvents {
 public:
  virtual void take(Connection& client, std::string_view bytes) = 0;
  // The block deadline has passed: over a block, or over a request that waited for its turn.
  virtual void too_late(Connection& client) = 0;
  // A connection was not let in; `error` is busy.
  virtual void turned_away(const Arrival& arrival, const Error& error) = 0;
  // The connection is going; it is the last time that it is seen.
  virtual void ended(Connection& client) = 0;

 protected:
  ~ClientEvents() = default;
};

class Clients {
 public:
  static constexpr std::size_t max_owed = 4 << 20;
  static constexpr std::size_t max_owed_by_all = 64 << 20;
  static constexpr std::size_t fair_share = 64 << 10;
  static constexpr std::size_t most_streamed = 192 << 10;

  // `descriptors`: how many connections there are descriptors for.
  Clients(uv_loop_t* loop, std::size_t descriptors, Counters& counters, ClientEvents& events);

  void set_limits(const BrokerLimits& limits);
  // A new connection: served from now on, or told `busy` and closed.
  void admit(Descriptor socket, Arrival arrival);

  // The connection needs a flush and a look at the end of this turn.
  void touch(Connection& client);
  // True where another reply may be put into this connection; otherwise it is given up: whoever
  // does not read must not fill the memory.
  [[nodiscard]] bool has_room_for_reply(Connection& client);
  // True where a reply of many lines may put a further one into this connection now. Unlike above,
  // it can wait until what is owed has been taken, and nobody is given up.
  [[nodiscard]] bool may_stream(Connection& client);
  // True where a reply of up to a MiB may be put into this connection now; it can wait, too. Of one
  // caller and of all, so much is owed at most, and one such reply.
  [[nodiscard]] bool may_take_result(Connection& client);
  // The clock of the block stops: it is complete, or waits in a line, for which it starts anew.
  void block_complete(Connection& client) { deadlines_.leave(client); }

  // The end of a turn: sends to and settles whoever was touched.
  void flush();
  // Before the loop sleeps, when nothing is left to flush.
  void arm_deadlines() { deadlines_.arm(); }
  [[nodiscard]] bool needs_flush() const { return !touched_.empty(); }
  [[nodiscard]] Accounts& accounts() { return accounts_; }
  [[nodiscard]] std::size_t size() const { return clients_.size(); }
  // By all, in bytes, as far as it is counted.
  [[nodiscard]] std::size_t owed() const { return owed_; }

  // Those whose next request waits in a line.
  [[nodiscard]] std::size_t count_waiting() const;

  // `function` may touch connections but end none.
  template <typename Function>
  void for_each(Function function) {
    for (const auto& client : clients_) function(*client);
  }

 private:
  using TouchedList =
      boost::intrusive::list<AttentionHook, boost::intrusive::base_hook<AttentionHook>,
                             boost::intrusive::constant_time_size<false>>;

  void turn_away(Descriptor socket, const Arrival& arrival, const Error& error);
  void on_event(Connection& client, int events);
  void on_deadline(Connection& client, DeadlineKind kind);
  void read(Connection& client);
  void send(Connection& client);
  void settle(Connection& client);
  [[nodiscard]] bool watch(Connection& client);
  void finish(Connection& client);
  [[nodiscard]] bool reads_away(Connection& client);
  void end(Connection& client);
  void count_owed(Connection& client);

  uv_loop_t* loop_;
  Counters& counters_;
  ClientEvents& events_;
  Accounts accounts_;
  Deadlines deadlines_;
  std::vector<std::unique_ptr<Connection>> clients_;  // each knows its index
  TouchedList touched_;
  std::size_t owed_ = 0;  // by all
  std::array<char, max_block_length> buffer_{};
};

}  // namespace mgr::broker
