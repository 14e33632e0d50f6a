// mgr-helper, root; trusts the kernel alone.
#include "helper/peer_credentials.h"

#include <sys/socket.h>

#include <cerrno>

namespace mgr {
namespace {

Result<std::vector<gid_t>> read_peer_groups(int socket) {
  std::vector<gid_t> groups(32);
  for (;;) {
    auto bytes = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
    const int failed = getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &bytes);
    const int error = errno;
    groups.resize(bytes / sizeof(gid_t));
    if (failed == 0) return groups;
    if (error != ERANGE) return fail_errno("SO_PEERGROUPS");
  }
}

}  // namespace

Result<PeerCredentials> read_peer_credentials(int socket) {
  ucred kernel{};
  socklen_t length = sizeof kernel;
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &kernel, &length) != 0 ||
      length != sizeof kernel) {
    return fail_errno("SO_PEERCRED");
  }
  auto groups = read_peer_groups(socket);
  if (!groups) return tl::unexpected(groups.error());
  return PeerCredentials{kernel.uid, kernel.gid, kernel.pid, std::move(*groups)};
}

}  // namespace mgr
