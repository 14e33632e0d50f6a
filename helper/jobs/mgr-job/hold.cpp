// mgr-job --hold, root; trusts /proc and systemd.
#include "helper/jobs/mgr-job/hold.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "helper/jobs/cgroup_controllers.h"
#include "helper/jobs/cgroup_path.h"
#include "protocol/descriptor.h"

namespace mgr {
namespace {

int failed(const std::string& what) {
  (void)std::fprintf(stderr, "mgr-job --hold: %s: %s\n", what.c_str(), std::strerror(errno));
  return 1;
}

// The protocol of sd_notify(3), in whole: one datagram. '@' stands for an abstract address.
bool notify_ready() {
  const char* name = std::getenv("NOTIFY_SOCKET");
  if (name == nullptr || *name == '\0') return true;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::size_t length = std::strlen(name);
  if (length >= sizeof(address.sun_path)) return false;
  std::memcpy(address.sun_path, name, length);
  if (*name == '@') address.sun_path[0] = '\0';
  const Descriptor notifier(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  static constexpr char ready[] = "READY=1";
  return sendto(notifier.get(), ready, sizeof(ready) - 1, MSG_NOSIGNAL,
                reinterpret_cast<const sockaddr*>(&address),
                static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length)) > 0;
}

bool make(int folder, const char* name) {
  return mkdirat(folder, name, 0755) == 0 || errno == EEXIST;
}

}  // namespace

int hold_cgroup() {
  sigset_t terminations;
  sigemptyset(&terminations);
  sigaddset(&terminations, SIGTERM);
  sigprocmask(SIG_BLOCK, &terminations, nullptr);

  const auto own = own_cgroup_folder();
  if (!own) {
    (void)std::fprintf(stderr, "mgr-job --hold: %s\n", own.error().detail.c_str());
    return 1;
  }
  const Descriptor cgroup(open(own->c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!cgroup) return failed(*own);
  if (!make(cgroup.get(), "supervisors") || !make(cgroup.get(), "hold")) return failed(*own);
  const Descriptor processes(openat(cgroup.get(), "hold/cgroup.procs", O_WRONLY | O_CLOEXEC));
  if (!processes || write(processes.get(), "0", 1) != 1) return failed("moving into hold");
  enable_controllers(*own);  // a cgroup in which processes live could not
  if (!notify_ready()) return failed("NOTIFY_SOCKET");

  int signal = 0;
  sigwait(&terminations, &signal);
  return 0;
}

}  // namespace mgr
