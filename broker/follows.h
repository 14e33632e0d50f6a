// Broker (uid mgr-broker). The output of jobs on its way to clients: what the helper handed over to
// be read (root_language.h, follow and grew) becomes lines of the reply to the request that asked.
// Distrusts what the files hold, and that clients read.
//
// A follow lives from its first `follow` until its last line has moved on, or its client or the
// link has gone, and holds three descriptors meanwhile. It speaks only while its reply is the first
// of its connection's and little is owed to that connection: a slow reader costs the memory of a
// read and a few lines, and is waited for. The helper's last reply is kept back until all else has
// been relayed; its caller keeps its place among the requests in flight until then, so that nobody
// gathers files by not reading.
//
// Follows take turns, and a turn of the loop reads and writes so much and no more: a hundred that
// print must not be felt by who pings.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "broker/clients.h"
#include "broker/exchange.h"
#include "broker/job_output.h"
#include "protocol/descriptor.h"
#include "protocol/root_language.h"

namespace mgr::broker {

class Follows {
 public:
  // That the helper has not given its last reply to: it allows fewer.
  static constexpr std::size_t most_live = 600;
  // That only their clients' reading is waited for. One more is answered `busy` and its files are
  // closed.
  static constexpr std::size_t most_kept_back = 600;
  static constexpr std::size_t most_descriptors =
      (most_live + most_kept_back) * descriptors_of_output;

  Follows(Exchanges& exchanges, Clients& clients) : exchanges_(exchanges), clients_(clients) {}

  // An attempt's files, for an exchange that is open. Without a client they are closed at once.
  // False where the helper may not say so: an action that is no name, or more than most_live.
  [[nodiscard]] bool begin(Exchange& exchange, const FollowMessage& message,
                           std::array<Descriptor, descriptors_of_output> files);
  // There is more to read.
  void grew(const Exchange& exchange);
  // The helper's last reply. True where it is kept back until the output before it has been
  // relayed: the exchange owes nothing to the helper any more, and its caller's place is in the
  // follow's hands. False where there is nothing to wait for.
  [[nodiscard]] bool keep_back(Exchange& exchange, std::string_view line);
  // Whoever was to get it has gone, or gets another last line: the files are closed.
  void drop(const Exchange& exchange);

  // A turn of the loop begins: relay() may do so much in all until the next one.
  void begin_turn() { budget_ = most_a_turn; }
  // Once around. True where something is left that waits for no client: the loop must come round
  // again without sleeping.
  [[nodiscard]] bool relay();

 private:
  static constexpr std::size_t most_a_turn = 256 << 10;   // bytes of lines
  static constexpr std::size_t cost_of_a_step = 4 << 10;  // in such bytes, where nothing was to say

  struct Follow {
    Exchange* exchange;
    std::string action;
    std::optional<JobOutput> output;      // nothing once the files are closed
    std::deque<PrintedRecord> records{};  // read, not relayed
    bool unread = true;                   // there may be more in the files
    bool in_line = false;
    Account* account = nullptr;  // once the last reply is kept back
    std::string last{};          // that reply
    std::optional<std::uint64_t> rewritten_at_last{};
  };

  [[nodiscard]] Follow* find(std::uint64_t id);
  void stand_in_line(Follow& follow);
  [[nodiscard]] bool may_speak(const Follow& follow);
  [[nodiscard]] static bool has_work(const Follow& follow);
  void step(Follow& follow);
  void read(Follow& follow);
  void say(Exchange& exchange, std::string_view line, bool last);
  void spend(std::uint64_t bytes) { budget_ -= std::min<std::uint64_t>(budget_, bytes); }

  Exchanges& exchanges_;
  Clients& clients_;
  std::unordered_map<std::uint64_t, Follow> follows_;  // by the exchange's id
  std::deque<std::uint64_t> line_;  // ids of those with work; some have gone meanwhile
  std::size_t kept_back_ = 0;
  std::size_t budget_ = 0;
};

}  // namespace mgr::broker
