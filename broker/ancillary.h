// Broker (uid mgr-broker). recvmsg(2) with descriptors (unix(7), SCM_RIGHTS). Its peer is the
// helper; descriptors come downwards alone.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <vector>

#include "protocol/descriptor.h"

namespace mgr::broker {

// What the kernel attaches to one message at most (SCM_MAX_FD).
inline constexpr std::size_t max_descriptors_a_message = 253;

struct Received {
  ssize_t bytes = -1;  // as recv(2): 0 at the end, -1 with errno set
  std::vector<Descriptor> descriptors;
  // Control data was cut off (MSG_CTRUNC), or was none that was expected: what came cannot be
  // trusted to be whole.
  bool truncated = false;
};

// Reads at most `room` bytes without waiting. Every descriptor that arrived is owned by the result,
// close-on-exec, also where it is truncated: none leaks.
[[nodiscard]] Received receive_with_descriptors(int socket, char* buffer, std::size_t room);

}  // namespace mgr::broker
