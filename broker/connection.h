// Broker (uid mgr-broker). One client's connection: what has come, what is owed, what waits to be
// sent. It holds state and answers questions about it; Clients moves it, Pipeline serves it.
#pragma once

#include <boost/intrusive/list.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "broker/account.h"
#include "broker/exchange.h"
#include "broker/loop.h"
#include "broker/outbox.h"
#include "protocol/descriptor.h"
#include "protocol/request_block.h"

namespace mgr::broker {

struct AttentionTag;
using AttentionHook =
    boost::intrusive::list_base_hook<boost::intrusive::tag<AttentionTag>,
                                     boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;
struct DeadlineTag;
using DeadlineHook =
    boost::intrusive::list_base_hook<boost::intrusive::tag<DeadlineTag>,
                                     boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

// Which clock runs against a connection, at most one at a time.
enum class DeadlineKind : std::uint8_t {
  none,    // we owe the client, it owes us nothing
  block,   // a block must be complete, or a request's turn come
  idle,    // between blocks; or the client must read
  linger,  // told why it was refused, the client must hang up
};

// Where a connection came from and whose it is.
struct Arrival {
  std::uint64_t number = 0;            // the helper's; 0 for one from the network
  std::optional<std::uint32_t> uid{};  // of a local one, by the helper's word
  bool keeps_place = false;
  std::string origin{};  // "127.0.0.1:5123"; empty for a local one

  // Handed down by the helper, which keeps a copy of the descriptor.
  [[nodiscard]] bool is_local() const { return uid.has_value(); }
};

// Owned by Clients. Not copied, not moved: lists and exchanges point at it.
class Connection : public TurnHook, public AttentionHook, public DeadlineHook {
 public:
  Connection(Descriptor descriptor, Arrival arrival, Account& of);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // ---- who

  [[nodiscard]] std::uint64_t number() const { return arrival_.number; }
  [[nodiscard]] bool is_local() const { return arrival_.is_local(); }
  [[nodiscard]] std::string_view origin() const { return arrival_.origin; }
  // How the audit names whom a refusal went to: "uid 33", or the address without its port.
  [[nodiscard]] std::string source() const { return source_of(arrival_); }
  [[nodiscard]] static std::string source_of(const Arrival& arrival);
  [[nodiscard]] bool keeps_place() const { return arrival_.keeps_place; }
  // The helper that numbered it is gone.
  void forget_number() { arrival_.number = 0; }

  // ---- requests

  // True while bytes that come may be a request: not after the only or last one, not while paused.
  [[nodiscard]] bool takes_requests() const { return pause_ == Pause::none && !took_last_; }
  // What is being read is, or was, the last request; whatever follows is never parsed.
  void take_no_more();
  // The same after a refusal that the client may not have expected: it is still sending, perhaps.
  void refuse_more();

  // A request is parsed and waits, with the bytes behind it: until its caller can pay, for its
  // caller's turn, or until the client has read some of what it is owed.
  enum class Pause : std::uint8_t { none, pace, turn, backlog };
  [[nodiscard]] bool waits_in_line() const {
    return pause_ == Pause::pace || pause_ == Pause::turn;
  }
  void pause(Pause why, std::string_view untaken);
  [[nodiscard]] Pause paused() const { return pause_; }
  // Ends the pause; the bytes that waited.
  [[nodiscard]] std::string resume();
  // False where so much is owed to this client that no further request of it is taken.
  [[nodiscard]] bool has_room(std::uint32_t most_requests) const;
  // True where a first block has not come, or a further one has begun.
  [[nodiscard]] bool owes_block() const;

  // ---- the end

  // Not worth serving any longer: the socket is broken, or its client does not read.
  void give_up() { given_up_ = true; }
  [[nodiscard]] bool given_up() const { return given_up_; }
  // Everything has been said, and nothing more can come.
  [[nodiscard]] bool is_over() const;
  [[nodiscard]] bool was_refused() const { return refused_; }
  [[nodiscard]] DeadlineKind due() const;
  [[nodiscard]] bool wants_bytes() const;
  // Bytes owed: in the outbox, and in replies that wait for those before them.
  [[nodiscard]] std::size_t owed() const { return outbox.size() + replies.held; }

  std::size_t index = 0;  // among Clients'
  Descriptor socket;
  Watch watch;  // closed before the socket
  Account& account;
  BlockParser parser;
  ReplyQueue replies;
  Outbox outbox{256};
  Outbox::State sending = Outbox::State::empty;
  std::size_t counted_owed = 0;  // of owed(), in Clients' sum
  std::size_t discarded = 0;     // bytes read away while lingering
  std::size_t held_body = 0;     // bytes of its request's body, in Bodies' sum
  std::uint64_t deadline_start = 0;
  DeadlineKind deadline = DeadlineKind::none;
  bool has_turn = false;  // its caller's turn has come round to it
  // Of the request that is being served: what its caller pays, or has paid, for it; and, once it
  // has been authenticated, whose it is: this account, or that of the key that signed it.
  std::uint32_t price = 0;
  bool has_paid = false;
  Account* payer = nullptr;
  bool is_trusted = false;  // the request before was signed, and its signature verified
  bool lingering = false;
  bool peer_finished = false;  // end of file, or reset
  bool took_first = false;     // a whole block has come

 private:
  Arrival arrival_;
  std::string untaken_;
  Pause pause_ = Pause::none;
  bool took_last_ = false;
  bool refused_ = false;
  bool given_up_ = false;
};

}  // namespace mgr::broker
