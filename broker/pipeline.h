// Broker (uid mgr-broker). The way of a request through the broker, and of its reply back.
//
//   1 parse         a whole block, or nothing
//   2 pace          its client has room, and its caller pays for the work that begins here
//   3 validate      against the schema that the helper sent
//   4 authenticate  a signature; kernel proof is the helper's to know. What a key has signed is
//                   that key's from here on, and its connection's caller gets back what it paid
//   5 admit a body  where the block announces one: room is made for it before a byte of it is
//                   read; then it is read
//   6 limit         its caller has a turn
//   7 forward       ask_run, whose other half is the helper's answer_run
//     relay         the helper's line, as it is, in the order of the requests; the output of jobs,
//                   which the helper never reads, from its files (broker/follows, broker/results)
//
// What a step refuses is answered here, in the same order, and counted.
#pragma once

#include <functional>
#include <string_view>

#include "broker/bodies.h"
#include "broker/clients.h"
#include "broker/counters.h"
#include "broker/exchange.h"
#include "broker/follows.h"
#include "broker/link.h"
#include "broker/loop.h"
#include "broker/proofs.h"
#include "broker/refusals.h"
#include "broker/repeats.h"
#include "broker/results.h"
#include "broker/schema.h"

namespace mgr::broker {

struct PipelineOptions {
  std::string helper_socket;
  uid_t helper_uid = 0;
  std::size_t descriptors = 0;  // how many connections there are descriptors for
};

class Pipeline final : private ClientEvents, private LinkEvents {
 public:
  // `linked` is called after each settings message, `version_differs` once.
  Pipeline(uv_loop_t* loop, const PipelineOptions& options, std::function<void()> linked,
           std::function<void()> version_differs);

  void open() { link_.open(); }
  // The end of the process: takes no more requests; those that were forwarded are answered while it
  // is linked. Local clients that have asked nothing before are told by the helper.
  void end();
  [[nodiscard]] bool is_linked() const { return link_.is_up(); }
  // A connection from the network; `origin` is "127.0.0.1:5123".
  void admit(Descriptor socket, std::string origin);
  // Sends what has gathered: the end of each turn of the loop, and of the process.
  void end_turn();
  [[nodiscard]] const Clients& clients() const { return clients_; }
  [[nodiscard]] const Bodies& bodies() const { return bodies_; }

 private:
  // The way there.
  void take(Connection& client, std::string_view bytes) override;
  [[nodiscard]] Result<void> admit_body(Connection& client, std::string_view announced);
  void drop_body(Connection& client);
  [[nodiscard]] Result<KnownRequest> check(Connection& client);
  // Whose a request is, and whether it is its turn (pipeline_callers.cpp).
  [[nodiscard]] bool may_begin(Connection& client, std::string_view untaken);
  [[nodiscard]] Result<void> authenticate(Connection& client);
  void count_proof(const Result<Proven>& proven);
  [[nodiscard]] bool may_ask(Connection& client, std::string_view untaken);
  void remember(const Connection& client);
  void let_go(Connection& client);
  void end_block(Connection& client);
  void end_requests(Connection& client);
  void ask_run(Connection& client, const KnownRequest& request);
  void tell_counters();
  // The way back.
  [[nodiscard]] bool hear_reply(std::uint64_t id, const ReplyMessage& reply) override;
  [[nodiscard]] bool hear_follow(std::uint64_t id, const FollowMessage& follow,
                                 std::array<Descriptor, descriptors_of_output> files) override;
  [[nodiscard]] bool hear_grew(std::uint64_t id) override;
  [[nodiscard]] bool hear_result(std::uint64_t id, const ResultMessage& result,
                                 std::array<Descriptor, descriptors_of_output> files) override;
  void refuse(Connection& client, const Error& error);
  void give_turns();
  // What comes and goes.
  void too_late(Connection& client) override;
  void waited_too_long(Connection& client);
  void turned_away(const Arrival& arrival, const Error& error) override;
  void ended(Connection& client) override;
  void hear_settings(const SettingsMessage& settings) override;
  void hear_connection(const ConnectionMessage& connection, Descriptor socket) override;
  void link_lost(std::uint64_t sent) override;
  void forsake(Connection& client);
  [[nodiscard]] bool is_told_by_helper(const Connection& client) const {
    return ends_ && client.is_local() && !client.took_first;
  }
  void version_differs() override { version_differs_(); }

  uv_loop_t* loop_;  // for its time
  Counters counters_;
  Schema schema_;
  Proofs proofs_;
  Repeats repeats_;
  Exchanges exchanges_;
  Bodies bodies_;
  Clients clients_;
  Follows follows_;
  Results results_;
  Timer again_;    // wakes the loop at once, where a turn's end has left something to do
  Timer payment_;  // the next time that somebody who waits for it can pay
  Link link_;
  Refusals refusals_;
  std::function<void()> linked_;
  std::function<void()> version_differs_;
  bool ends_ = false;
  RunMessage run_;  // one for all, so that its fields are allocated once
};

}  // namespace mgr::broker
