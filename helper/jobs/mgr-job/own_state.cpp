// mgr-job, root.
#include "helper/jobs/mgr-job/own_state.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/ioprio.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <signal.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "helper/jobs/job_files.h"
#include "helper/jobs/mgr-job/privilege.h"
#include "protocol/descriptor.h"

namespace mgr {
namespace {

constexpr rlim_t usual_open_files = 1024;

bool is_kind(int descriptor, mode_t kind) {
  struct stat status {};
  return fstat(descriptor, &status) == 0 && (status.st_mode & S_IFMT) == kind;
}

// A regular file, memory's as well, or /dev/null: nothing that can make the command wait.
bool is_input(int descriptor) {
  struct stat status {};
  if (fstat(descriptor, &status) != 0) return false;
  return S_ISREG(status.st_mode) || (S_ISCHR(status.st_mode) && status.st_rdev == makedev(1, 3));
}

void block_signals() {
  sigset_t blocked;
  sigfillset(&blocked);
  for (const int fault : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS, SIGTRAP}) {
    sigdelset(&blocked, fault);
  }
  sigprocmask(SIG_SETMASK, &blocked, nullptr);
}

// A helper that was given a negative value keeps it to itself. A positive one that cannot be
// lowered makes the command only likelier to be chosen, so a refusal is no failure.
void reset_oom_score() {
  const Descriptor file(open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC));
  if (file) (void)!write(file.get(), "0", 1);
}

// The helper raises its own soft limit for its clients; programs that use select(2) break on that.
bool reset_limits() {
  const rlimit no_core{0, 0};
  rlimit files{};
  if (setrlimit(RLIMIT_CORE, &no_core) != 0) return false;
  for (const auto resource : {RLIMIT_CPU, RLIMIT_FSIZE, RLIMIT_DATA, RLIMIT_AS, RLIMIT_NPROC}) {
    rlimit limit{};
    if (getrlimit(resource, &limit) != 0) return false;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(resource, &limit) != 0) return false;
  }
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return false;
  if (files.rlim_cur <= usual_open_files) return true;
  files.rlim_cur = usual_open_files;
  return setrlimit(RLIMIT_NOFILE, &files) == 0;
}

// Whoever started the helper by hand may have had a class, a set of processors or a personality
// (one without address space randomization, say) of its own. What root allots to us is a cgroup's
// business, and stays.
bool reset_scheduling() {
  const sched_param none{};
  constexpr int no_class_of_its_own = 0;
  cpu_set_t all;
  std::memset(&all, 0xff, sizeof(all));
  return sched_setscheduler(0, SCHED_OTHER, &none) == 0 &&
         sched_setaffinity(0, sizeof(all), &all) == 0 && setpriority(PRIO_PROCESS, 0, 0) == 0 &&
         (syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, no_class_of_its_own) == 0 ||
          errno == ENOSYS) &&
         personality(PER_LINUX) >= 0;
}

// ENOSYS: no keyrings in this kernel. EPERM: a container's seccomp list forbids keyctl to all of
// us, the command included.
bool join_empty_keyring() {
  return syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, nullptr) >= 0 || errno == ENOSYS ||
         errno == EPERM;
}

}  // namespace

bool check_inherited_descriptors() {
  for (int standard = STDIN_FILENO; standard <= STDERR_FILENO; ++standard) {
    if (fcntl(standard, F_GETFD) < 0 && open("/dev/null", O_RDWR) != standard) return false;
  }
  if (close_range(job_input_descriptor + 1, ~0U, 0) != 0) return false;
  if (close_range(job_folder_descriptor, ~0U, CLOSE_RANGE_CLOEXEC) != 0) return false;
  int listening = 0;
  socklen_t length = sizeof(listening);
  return is_kind(job_folder_descriptor, S_IFDIR) && is_kind(job_lock_descriptor, S_IFREG) &&
         is_kind(job_cgroup_descriptor, S_IFDIR) && is_input(job_input_descriptor) &&
         getsockopt(job_control_descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listening, &length) == 0 &&
         listening == 1;
}

Result<void> reset_own_state() {
  block_signals();
  signal(SIGCHLD, SIG_DFL);  // ignored, it would keep the command's end from us
  umask(077);
  reset_oom_score();
  if (!reset_scheduling()) return fail_errno("scheduling");
  if (!reset_limits()) return fail_errno("setrlimit");
  if (!join_empty_keyring()) return fail_errno("keyctl");
  if (auto dropped = drop_inheritable_capabilities(); !dropped) return dropped;
  if (!forbid_dumps()) return fail_errno("PR_SET_DUMPABLE");
  return {};
}

void reset_signals() {
  struct sigaction as_usual {};
  as_usual.sa_handler = SIG_DFL;
  for (int number = 1; number <= SIGRTMAX; ++number) sigaction(number, &as_usual, nullptr);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

}  // namespace mgr
