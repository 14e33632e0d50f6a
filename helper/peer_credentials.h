// Who is at the other end of a UNIX socket, by the kernel. Helper, root.
//
// The credentials are those at connect(2) time (unix(7), SO_PEERCRED, SO_PEERGROUPS). On the
// accepting side they are the client's; on the connecting side they would be the listener's, which
// is why descriptors never travel up.
#pragma once

#include <sys/types.h>

#include <vector>

#include "protocol/error.h"

namespace mgr {

struct PeerCredentials {
  // Unset until the kernel has told: an error on the way must never read as uid 0 (CVE-2021-3560).
  uid_t uid = static_cast<uid_t>(-1);
  gid_t gid = static_cast<gid_t>(-1);
  pid_t pid = 0;
  std::vector<gid_t> groups;  // supplementary
};

// Reads both options of a connected UNIX socket; `failed` where the kernel does not answer.
[[nodiscard]] Result<PeerCredentials> read_peer_credentials(int socket);

}  // namespace mgr
