// mgr-broker; trusts whoever started it, as far as its own sockets go.
#include "broker/supervisor.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>

namespace mgr::broker {
namespace {

Result<std::vector<Descriptor>> passed_listeners() {
  std::vector<Descriptor> listeners;
  const int count = sd_listen_fds(1);
  for (int fd = SD_LISTEN_FDS_START; fd < SD_LISTEN_FDS_START + count; ++fd) {
    listeners.emplace_back(fd);
    if (sd_is_socket(fd, AF_INET, SOCK_STREAM, 1) <= 0 &&
        sd_is_socket(fd, AF_INET6, SOCK_STREAM, 1) <= 0) {
      return fail(ErrorCode::failed, "a descriptor was passed that is no listening TCP socket");
    }
  }
  return listeners;
}

// `path` begins with @ where it is abstract (unix(7)).
Result<Descriptor> connect_notify(std::string path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) {
    return fail(ErrorCode::failed, "NOTIFY_SOCKET is too long");
  }
  if (path.front() == '@') path.front() = '\0';
  std::memcpy(address.sun_path, path.data(), path.size());
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  Descriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket) return fail_errno("socket");
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), length) != 0) {
    return fail_errno("NOTIFY_SOCKET");
  }
  return socket;
}

}  // namespace

Result<Supervisor> Supervisor::open() {
  Supervisor supervisor;
  auto listeners = passed_listeners();
  if (!listeners) return tl::unexpected(listeners.error());
  supervisor.listeners_ = std::move(*listeners);
  if (const char* path = std::getenv("NOTIFY_SOCKET"); path != nullptr && *path != '\0') {
    auto socket = connect_notify(path);
    if (!socket) return tl::unexpected(socket.error());
    supervisor.notify_ = std::move(*socket);
  }
  std::uint64_t microseconds = 0;
  if (sd_watchdog_enabled(1, &microseconds) > 0) {
    // Twice as often as asked for, as sd_watchdog_enabled(3) advises.
    supervisor.watchdog_interval_ms_ = microseconds / 2000;
  }
  return supervisor;
}

void Supervisor::notify(std::string_view state) const {
  if (notify_) ::send(notify_.get(), state.data(), state.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

}  // namespace mgr::broker
