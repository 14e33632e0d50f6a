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
  static constexpr std::size_t most_waiting = 512;
  static constexpr std::size_t most_descriptors = (most_waiting + 1) * descriptors_of_output;

  // Whose the result for that request is, where its client can take it now; else nothing.
  using CallerOf = std::function<std::optional<std::uint64_t>(std::uint64_t)>;

  [[nodiscard]] bool empty() const { return waiting_.empty(); }
  // Then none may be added.
  [[nodiscard]] bool is_full() const { return waiting_.size() >= most_waiting; }
  // One whose line has open data (reply.h).
  void add(std::uint64_t id, const ResultMessage& message,
           std::array<Descriptor, descriptors_of_output> files);
  // Reads the oldest that its client can take, of a caller whose turn it is. Nothing where there is
  // none.
  [[nodiscard]] std::optional<FinishedResult> take(const CallerOf& caller_of);

 private:
  struct Waiting {
    std::uint64_t id;
    bool json;
    std::uint64_t printed;
    std::string line;
    std::array<Descriptor, descriptors_of_output> files;
  };
  static FinishedResult read(Waiting next);

  std::list<Waiting> waiting_;
  std::set<std::uint64_t> served_;  // callers, since all who could take one have had a turn
};

}  // namespace mgr::broker
