// Helper, root.
#include "helper/jobs/control_socket.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <string>

#include "helper/jobs/job_files.h"
#include "protocol/archive.h"

namespace mgr {
namespace {

Descriptor new_socket() {
  return Descriptor(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

// sun_path has room for 107 bytes, less than a --root may take: so the way is by descriptor.
sockaddr_un control_address(int folder) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = "/proc/self/fd/" + std::to_string(folder) + "/control";
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  return address;
}

}  // namespace

Result<Descriptor> listen_on_control(int folder) {
  Descriptor listener = new_socket();
  if (!listener) return fail_errno("socket");
  if (unlinkat(folder, "control", 0) != 0 && errno != ENOENT) return fail_errno("control");
  const sockaddr_un address = control_address(folder);
  if (bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    return fail_errno("bind of control");
  }
  if (fchmodat(folder, "control", 0600, 0) != 0) return fail_errno("chmod of control");
  if (listen(listener.get(), 16) != 0) return fail_errno("listen on control");
  return listener;
}

Result<Descriptor> connect_to_control(int folder) {
  Descriptor control = new_socket();
  if (!control) return fail_errno("socket");
  const sockaddr_un address = control_address(folder);
  if (connect(control.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    return fail_errno("connect to control");
  }
  return control;
}

bool send_stop(const Descriptor& control) {
  return send(control.get(), stop_message.data(), stop_message.size(),
              MSG_NOSIGNAL | MSG_DONTWAIT) > 0 ||
         errno != EAGAIN;
}

void send_follow(const Descriptor& control) {
  (void)send(control.get(), follow_message.data(), follow_message.size(),
             MSG_NOSIGNAL | MSG_DONTWAIT);
}

Result<std::optional<ControlNote>> receive_note(const Descriptor& control) {
  std::array<char, 64> bytes{};
  const ssize_t length = recv(control.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
  if (length < 0 && (errno == EAGAIN || errno == EINTR)) return std::nullopt;
  if (length <= 0) return fail(ErrorCode::unavailable, "mgr-job has hung up");
  return decode<ControlNote>({bytes.data(), static_cast<std::size_t>(length)});
}

Result<Descriptor> take_job_lock(int folder) {
  Descriptor lock(openat(folder, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!lock) return fail_errno("lock");
  if (flock(lock.get(), LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno != EWOULDBLOCK) return fail_errno("flock");
  return Descriptor();
}

}  // namespace mgr
