// mgr-broker, before the cage; distrusts whoever started it.
#include "broker/process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>

#include "broker/ancillary.h"
#include "broker/follows.h"
#include "broker/results.h"

namespace mgr::broker {
namespace {

// The loop's, the link, the listeners, the log; with room to spare.
constexpr std::size_t own_descriptors = 64;

Result<void> open_standard_descriptors() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (::fcntl(fd, F_GETFD) >= 0) continue;
    // The lowest free number is this one.
    if (::open("/dev/null", O_RDWR) != fd) return fail_errno("/dev/null");
  }
  return {};
}

Result<void> set_resource_limits() {
  const rlimit none{0, 0};
  if (::setrlimit(RLIMIT_CORE, &none) != 0) return fail_errno("RLIMIT_CORE");
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return fail_errno("RLIMIT_NOFILE");
  files.rlim_cur = files.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &files) != 0) return fail_errno("RLIMIT_NOFILE");
  return {};
}

Result<void> refuse_root() {
  uid_t real = 0, effective = 0, saved = 0;
  gid_t real_group = 0, effective_group = 0, saved_group = 0;
  if (::getresuid(&real, &effective, &saved) != 0 ||
      ::getresgid(&real_group, &effective_group, &saved_group) != 0) {
    return fail_errno("getresuid");
  }
  if (real == 0 || effective == 0 || saved == 0) {
    return fail(ErrorCode::failed, "started as root; start it as the user mgr-broker");
  }
  if (real_group == 0 || effective_group == 0 || saved_group == 0) {
    return fail(ErrorCode::failed, "started with root's group; start it with that of mgr-broker");
  }
  return {};
}

}  // namespace

Result<void> prepare_process() {
  if (auto opened = open_standard_descriptors(); !opened) return opened;
  if (auto ordinary = refuse_root(); !ordinary) return ordinary;
  ::umask(077);
  if (::prctl(PR_SET_DUMPABLE, 0) != 0) return fail_errno("PR_SET_DUMPABLE");
  return set_resource_limits();
}

void forget_environment() { ::clearenv(); }

std::size_t descriptors_for_connections() {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  constexpr std::size_t reserved = own_descriptors + max_descriptors_a_message;
  const std::size_t rest = files.rlim_cur > reserved ? files.rlim_cur - reserved : 0;
  return rest - std::min(rest / 4, Follows::most_descriptors + Results::most_descriptors);
}

Result<Descriptor> open_signals() {
  sigset_t blocked;
  sigfillset(&blocked);
  for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGTRAP}) {
    sigdelset(&blocked, fault);
  }
  if (::sigprocmask(SIG_SETMASK, &blocked, nullptr) != 0) return fail_errno("sigprocmask");
  sigset_t read;
  sigemptyset(&read);
  sigaddset(&read, SIGTERM);
  sigaddset(&read, SIGINT);
  Descriptor fd(::signalfd(-1, &read, SFD_NONBLOCK | SFD_CLOEXEC));
  if (!fd) return fail_errno("signalfd");
  return fd;
}

}  // namespace mgr::broker
