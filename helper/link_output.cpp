// mgr-helper, root.
#include "helper/link_output.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace mgr {
namespace {

constexpr std::size_t piece_with_passengers = 32 << 10;
constexpr std::size_t kept_sent = 4 << 20;

}  // namespace

void LinkOutput::put(MessageKind kind, std::uint64_t id, std::string_view payload) {
  last_begin_ = bytes_.size();
  append_frame(bytes_, kind, id, payload);
}

void LinkOutput::add_passenger(Descriptor descriptor) {
  passengers_.push_back({last_begin_, bytes_.size(), std::move(descriptor)});
}

void LinkOutput::clear() {
  passengers_.clear();
  bytes_.clear();
  sent_ = 0;
}

bool LinkOutput::send_to(int socket) {
  while (waiting() > 0) {
    const Piece piece = next_piece();
    const ssize_t sent = send_piece(socket, piece);
    if (sent <= 0) {
      const bool later = errno == EAGAIN || errno == EINTR || errno == ETOOMANYREFS;
      drop_sent();
      return later;
    }
    const auto first = passengers_.begin();
    passengers_.erase(first, first + static_cast<std::ptrdiff_t>(piece.passengers));
    sent_ += static_cast<std::size_t>(sent);
  }
  drop_sent();
  return true;
}

void LinkOutput::drop_sent() {
  if (waiting() == 0) return clear();
  if (sent_ < kept_sent) return;
  for (Passenger& passenger : passengers_) {
    passenger.begin -= sent_;
    passenger.end -= sent_;
  }
  bytes_.erase(0, sent_);
  sent_ = 0;
}

// Descriptors arrive with the first byte of a send, and the kernel may cut what is longer: so what
// stands before the first message with a passenger goes by itself, and a piece with passengers is
// short and holds their messages whole, each with all of its passengers.
LinkOutput::Piece LinkOutput::next_piece() const {
  if (passengers_.empty()) return {bytes_.size(), 0};
  if (passengers_.front().begin > sent_) return {passengers_.front().begin, 0};
  const std::size_t end = std::min(bytes_.size(), sent_ + piece_with_passengers);
  const std::size_t most = std::min(passengers_.size(), most_passengers_a_send);
  std::size_t count = 0;
  while (count < most && passengers_[count].end <= end) ++count;
  if (count == passengers_.size()) return {end, count};
  while (count > 0 && passengers_[count].begin == passengers_[count - 1].begin) --count;
  return {passengers_[count].begin, count};
}

ssize_t LinkOutput::send_piece(int socket, const Piece& piece) const {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * most_passengers_a_send)> control{};
  std::string_view bytes(bytes_);
  bytes = bytes.substr(sent_, piece.end - sent_);
  iovec buffer{const_cast<char*>(bytes.data()), bytes.size()};  // which sendmsg only reads
  msghdr message{};
  message.msg_iov = &buffer;
  message.msg_iovlen = 1;
  if (piece.passengers > 0) {
    message.msg_control = control.data();
    message.msg_controllen = CMSG_SPACE(sizeof(int) * piece.passengers);
    cmsghdr* part = CMSG_FIRSTHDR(&message);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(sizeof(int) * piece.passengers);
    for (std::size_t i = 0; i < piece.passengers; ++i) {
      const int passed = passengers_[i].descriptor.get();
      std::memcpy(CMSG_DATA(part) + i * sizeof(int), &passed, sizeof passed);
    }
  }
  return sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

}  // namespace mgr
