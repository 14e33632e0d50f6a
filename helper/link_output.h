// What waits to be sent to the broker: frames, and the descriptors that travel with some of them.
// Helper, root.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

#include "protocol/descriptor.h"
#include "protocol/root_language.h"

namespace mgr {

class LinkOutput {
 public:
  static constexpr std::size_t most_passengers_a_send = 253;  // SCM_MAX_FD, unix(7)

  // Bytes that wait.
  [[nodiscard]] std::size_t waiting() const { return bytes_.size() - sent_; }

  // Descriptors that wait.
  [[nodiscard]] std::size_t passengers() const { return passengers_.size(); }

  // Adds a frame at the end. Descriptors that travel with it are added right after it, in order.
  void put(MessageKind kind, std::uint64_t id, std::string_view payload);
  void add_passenger(Descriptor descriptor);

  // As much as the socket takes now, in as few sends as descriptors allow. False where it is
  // broken.
  [[nodiscard]] bool send_to(int socket);

  void clear();

 private:
  struct Passenger {
    std::size_t begin, end;  // of its message, as positions in bytes_
    Descriptor descriptor;
  };
  // What one sendmsg takes.
  struct Piece {
    std::size_t end;
    std::size_t passengers;
  };
  [[nodiscard]] Piece next_piece() const;
  [[nodiscard]] ssize_t send_piece(int socket, const Piece& piece) const;
  void drop_sent();

  std::string bytes_;
  std::size_t sent_ = 0;  // bytes at the front that are on their way
  std::size_t last_begin_ = 0;
  std::deque<Passenger> passengers_;
};

}  // namespace mgr
