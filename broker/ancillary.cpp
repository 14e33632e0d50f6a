// Broker (uid mgr-broker).
#include "broker/ancillary.h"

#include <sys/socket.h>

#include <array>
#include <cstring>

namespace mgr::broker {
namespace {

constexpr std::size_t control_length = CMSG_SPACE(max_descriptors_a_message * sizeof(int));

void take_descriptors(const cmsghdr& header, const unsigned char* data, Received& received) {
  const std::size_t count = (header.cmsg_len - CMSG_LEN(0)) / sizeof(int);
  for (std::size_t i = 0; i < count; ++i) {
    int fd = -1;
    std::memcpy(&fd, data + i * sizeof(int), sizeof(int));
    received.descriptors.emplace_back(fd);
  }
}

}  // namespace

Received receive_with_descriptors(int socket, char* buffer, std::size_t room) {
  alignas(cmsghdr) std::array<char, control_length> control;
  iovec piece{buffer, room};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();

  Received received;
  received.bytes = ::recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (received.bytes < 0) return received;
  received.truncated = (message.msg_flags & MSG_CTRUNC) != 0;
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
       header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
      take_descriptors(*header, CMSG_DATA(header), received);
    } else {
      received.truncated = true;
    }
  }
  return received;
}

}  // namespace mgr::broker
