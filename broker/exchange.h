// Broker (uid mgr-broker). Requests and the replies that belong to them, in order.
//
// Replies leave a connection in the order of its requests, whatever order the helper answers in:
// each request takes a slot, an Exchange, at the end of its connection's queue; what comes for a
// slot that is not the first is held in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace mgr::broker {

class Connection;
struct Account;

// One request and its reply. Owned by Exchanges; its address and id are its own until its last
// reply has moved on.
struct Exchange {
  std::uint64_t id = 0;
  Connection* client = nullptr;  // nullptr once the client has been ended
  Account* account = nullptr;    // set while the helper owes an answer
  std::uint64_t asked_at = 0;    // the link's position just behind the run message
  Exchange* next = nullptr;      // in its client's queue
  bool answered = false;         // the last reply has come
  bool in_use = false;
  std::string held;
};

// The slots of one connection, first request first. Belongs to the connection.
struct ReplyQueue {
  Exchange* first = nullptr;
  Exchange* last = nullptr;
  std::uint32_t length = 0;
  std::size_t held = 0;  // bytes, in all slots
};

// All exchanges of the broker. Slots are used again, so that a request allocates nothing; an id
// carries a count beside its slot's number, so that a reply never reaches a later request.
class Exchanges {
 public:
  // A new slot at the end of `queue`.
  Exchange& open(Connection& client, ReplyQueue& queue);
  // The exchange of that id that still waits for the helper; nullptr where there is none. `id` is
  // the helper's word.
  [[nodiscard]] Exchange* find(std::uint64_t id);
  // Puts a line where it belongs: to the end of `out` when its turn has come, into the slot
  // otherwise. After the `last` line the slot is given back, and what waited behind it moves on.
  void answer(Exchange& exchange, ReplyQueue& queue, std::string& out, std::string_view line,
              bool last);
  // The client is gone: slots to which the helper owes nothing are free, the others wait for it
  // alone.
  void abandon(ReplyQueue& queue);
  // Gives back a slot whose client has gone.
  void release(Exchange& exchange);

  template <typename Function>
  void for_each_unanswered(Function function) {
    for (Exchange& exchange : slots_) {
      if (exchange.account != nullptr) function(exchange);
    }
  }

 private:
  void advance(ReplyQueue& queue, std::string& out);

  std::deque<Exchange> slots_;  // addresses stay
  std::vector<std::uint32_t> free_;
};

}  // namespace mgr::broker
