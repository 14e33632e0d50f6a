// Broker (uid mgr-broker). Answers that are what a job printed, on their way to clients: the helper
// has handed the files over to be read (root_language.h, result). Distrusts what the files hold.
//
// Each is read at once and as a whole when its turn comes, which may be a later turn of the loop
// than that in which it came: one that is long must not be felt by who pings.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

#include "protocol/descriptor.h"
#include "protocol/root_language.h"

namespace mgr::broker {

struct FinishedResult {
  std::uint64_t id;  // of the request
  std::string line;  // the whole of the reply
  std::size_t cost;  // of reading it, in bytes
};

class Results {
 public:
  // In bytes. A turn goes over it by one result at most.
  static constexpr std::size_t most_a_turn = 256 << 10;
  static constexpr std::size_t most_waiting = 256;
  static constexpr std::size_t most_descriptors = (most_waiting + 1) * descriptors_of_output;

  [[nodiscard]] bool empty() const { return waiting_.empty(); }
  // Then one must be taken before another is added.
  [[nodiscard]] bool is_full() const { return waiting_.size() >= most_waiting; }
  // One whose line has open data (reply.h).
  void add(std::uint64_t id, const ResultMessage& message,
           std::array<Descriptor, descriptors_of_output> files);
  // Reads the oldest of those that wait; there must be one.
  [[nodiscard]] FinishedResult take();

 private:
  struct Waiting {
    std::uint64_t id;
    bool json;
    std::uint64_t printed;
    std::string line;
    std::array<Descriptor, descriptors_of_output> files;
  };
  std::deque<Waiting> waiting_;
};

}  // namespace mgr::broker
