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

// A socket left by an earlier run is replaced.
Result<Descriptor> listen_at(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return fail(ErrorCode::failed, path + ": too long");
  std::memcpy(address.sun_path, path.c_str(), path.size());
  Descriptor listener(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!listener) return fail_errno("socket");
  unlink(path.c_str());
  if (bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      listen(listener.get(), backlog) != 0) {
    return fail_errno(path);
  }
  return listener;
}

// Of the two that systemd passed, the one that the kernel knows as bound to that path.
Result<Descriptor> passed_at(const std::string& path) {
  for (int fd = SD_LISTEN_FDS_START; fd < SD_LISTEN_FDS_START + 2; ++fd) {
    if (sd_is_socket_unix(fd, SOCK_STREAM, 1, path.c_str(), 0) > 0) return Descriptor(fd);
  }
  return fail(ErrorCode::failed, "systemd passed no listening UNIX stream socket of " + path);
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

Result<Listeners> open_listeners(const Paths& paths, gid_t broker_group) {
  const int passed = sd_listen_fds(1);
  if (passed != 0 && passed != 2) {
    return fail(ErrorCode::failed, "systemd must pass two sockets, " + paths.client_socket() +
                                       " and " + paths.helper_socket() + ", or none");
  }
  const std::string link = paths.helper_socket();
  const auto listener = passed == 0 ? listen_at : passed_at;
  auto clients = listener(paths.client_socket());
  if (!clients) return tl::unexpected(clients.error());
  auto broker = listener(link);
  if (!broker) return tl::unexpected(broker.error());
  for (const Descriptor* each : {&*clients, &*broker}) {
    fcntl(each->get(), F_SETFL, O_NONBLOCK);
    refuse_descriptors(*each);
  }
  // One that was made is 0600, by the umask, until now.
  if ((passed == 0 && chmod(paths.client_socket().c_str(), 0666) != 0) ||
      lchown(link.c_str(), 0, broker_group) != 0 || chmod(link.c_str(), 0660) != 0) {
    return fail_errno("who may open mgr's sockets");
  }
  return Listeners{std::move(*clients), std::move(*broker)};
}

}  // namespace mgr
