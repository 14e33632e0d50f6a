// mgr-helper, root. Distrusts what it inherited and what lies in /run.
#include "helper/startup.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "helper/jobs/file_lock.h"

namespace mgr {
namespace {

constexpr int backlog = 4096;

// Nobody may send us descriptors (SO_PASSRIGHTS, Linux 6.16): closing one that was sent can block,
// on a socket that lingers. What a listener has, the connections that it accepts inherit. An older
// kernel refuses the option, and SECURITY.md says what is left.
void refuse_descriptors(const Descriptor& listener) {
  constexpr int so_passrights = 83;
  constexpr int off = 0;
  static_cast<void>(setsockopt(listener.get(), SOL_SOCKET, so_passrights, &off, sizeof off));
}

// Whoever started us may have had some ignored or blocked: of SIGTERM and SIGHUP we would not hear,
// and with SIGCHLD ignored not know how our children ended. What we have no use for ends nobody.
void reset_signals() {
  signal(SIGCHLD, SIG_DFL);
  sigset_t blocked;
  sigfillset(&blocked);
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGTSTP, SIGSEGV, SIGBUS, SIGILL,
                           SIGFPE, SIGABRT, SIGSYS, SIGTRAP}) {
    sigdelset(&blocked, number);
  }
  sigprocmask(SIG_SETMASK, &blocked, nullptr);
}

// Keeps systemd's word to us, drops everything else.
void clear_environment() {
  constexpr std::array<const char*, 6> kept{"NOTIFY_SOCKET",  "LISTEN_PID",    "LISTEN_FDS",
                                            "LISTEN_FDNAMES", "WATCHDOG_USEC", "WATCHDOG_PID"};
  std::array<std::string, kept.size()> values;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (const char* value = std::getenv(kept.at(i))) values.at(i) = value;
  }
  clearenv();
  setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (!values.at(i).empty()) setenv(kept.at(i), values.at(i).c_str(), 1);
  }
}

}  // namespace

void set_up_process() {
  reset_signals();
  int descriptor = -1;
  do {
    descriptor = open("/dev/null", O_RDWR | O_CLOEXEC);
  } while (descriptor >= 0 && descriptor < 3);
  if (descriptor >= 0) close(descriptor);
  clear_environment();
  umask(077);
  prctl(PR_SET_DUMPABLE, 0);
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
  }
}

std::size_t connections_that_fit(std::size_t wanted) {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return wanted;
  return std::min<std::size_t>(wanted, files.rlim_cur / 4);
}

Result<void> take_instance_lock(const Paths& paths) {
  const std::string path = paths.run_folder() + "/helper.lock";
  Descriptor lock(open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!lock) return fail_errno(path);
  if (!take_lasting_lock(lock.get())) {
    return fail(ErrorCode::failed, path + ": another mgr-helper is running");
  }
  static_cast<void>(lock.release());  // held as long as the process lives
  return {};
}

Result<Descriptor> listen_at(const std::string& path, mode_t mode, gid_t group) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return fail(ErrorCode::failed, path + ": too long");
  std::memcpy(address.sun_path, path.c_str(), path.size());
  Descriptor listener(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!listener) return fail_errno("socket");
  unlink(path.c_str());
  // The umask makes it 0600 until its group and mode are set.
  if (bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      chown(path.c_str(), 0, group) != 0 || chmod(path.c_str(), mode) != 0 ||
      listen(listener.get(), backlog) != 0) {
    return fail_errno(path);
  }
  refuse_descriptors(listener);
  return listener;
}

Result<Descriptor> client_listener(const Paths& paths) {
  const int passed = sd_listen_fds(1);
  if (passed == 0) return listen_at(paths.client_socket(), 0666, 0);
  if (passed != 1 || sd_is_socket_unix(SD_LISTEN_FDS_START, SOCK_STREAM, 1, nullptr, 0) <= 0) {
    return fail(ErrorCode::failed, "systemd must pass one listening UNIX stream socket");
  }
  fcntl(SD_LISTEN_FDS_START, F_SETFL, O_NONBLOCK);
  Descriptor listener(SD_LISTEN_FDS_START);
  refuse_descriptors(listener);
  return listener;
}

}  // namespace mgr
