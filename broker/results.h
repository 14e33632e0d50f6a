// Broker (uid mgr-broker). Answers that are what a job printed, on their way to clients: the helper
// has handed the files over to be read (root_language.h, result). Distrusts what the files hold.
//
// Each is read at once and as a whole when its turn comes: when its client can take it, callers in
// turn, and so much in one turn of the loop that one that is long is not felt by who pings. Until
// then its files wait, and its caller keeps its place among the requests in flight: who does not
// read costs descriptors and no memory.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "broker/clients.h"
#include "broker/exchange.h"
#include "protocol/descriptor.h"
#include "protocol/root_language.h"

namespace mgr::broker {

class Results {
 public:
  static constexpr std::size_t most_waiting = 512;
  static constexpr std::size_t most_descriptors = (most_waiting + 1) * descriptors_of_output;

  // The last reply to the request of that id, whole.
  using Answer = std::function<void(std::uint64_t id, std::string_view line)>;

  Results(Exchanges& exchanges, Clients& clients, Answer answer)
      : exchanges_(exchanges), clients_(clients), answer_(std::move(answer)) {}

  // One whose line has open data (reply.h), for an exchange that is open. False where there are too
  // many already.
  [[nodiscard]] bool add(std::uint64_t id, const ResultMessage& message,
                         std::array<Descriptor, descriptors_of_output> files);

  // A turn of the loop begins: relay() may do so much in all until the next one.
  void begin_turn() { budget_ = most_a_turn; }
  // Answers with those that can go. True where some that could are left: the loop must come round
  // again without sleeping.
  [[nodiscard]] bool relay();

 private:
  struct Waiting {
    std::uint64_t id;
    bool json;
    std::uint64_t printed;
    std::string line, signature;
    std::array<Descriptor, descriptors_of_output> files;
  };
  // In bytes. A turn goes over it by one result at most.
  static constexpr std::size_t most_a_turn = 256 << 10;

  // Whose it is, where its client can take it now; else nothing.
  [[nodiscard]] std::optional<std::uint64_t> taker_of(const Waiting& waiting);
  // The oldest that its client can take, of a caller whose turn it is.
  [[nodiscard]] std::optional<Waiting> take();
  void answer(Waiting next);

  Exchanges& exchanges_;
  Clients& clients_;
  Answer answer_;
  std::size_t budget_ = 0;
  std::list<Waiting> waiting_;
  std::set<std::uint64_t> served_;  // callers, since all who could take one have had a turn
};

}  // namespace mgr::broker
