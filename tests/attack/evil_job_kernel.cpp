// Of evil_job: what it wants of the kernel. With arguments with which an ordinary user would get
// it.
#include <fcntl.h>
#include <grp.h>
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <linux/sched.h>
#include <linux/userfaultfd.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>

#include "tests/attack/evil_job.h"

namespace evil {
namespace {

// A child that should not be is ended; its parent goes on.
void tell_clone(const std::string& what, long pid) {
  if (pid == 0) _exit(0);
  tell(what, pid);
  if (pid > 0) waitpid(static_cast<pid_t>(pid), nullptr, __WALL);
}

}  // namespace

int calls(const Words&) {
  tell("unshare user", unshare(CLONE_NEWUSER));
  tell("unshare user and mount", unshare(CLONE_NEWUSER | CLONE_NEWNS));
  tell_clone("clone user", syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0));
  tell_clone("clone user high",
             syscall(SYS_clone, 0xDEADBEEF00000000UL | CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0));
  clone_args arguments{};
  arguments.flags = CLONE_NEWUSER;
  arguments.exit_signal = SIGCHLD;
  tell_clone("clone3 user", syscall(SYS_clone3, &arguments, sizeof(arguments)));
  tell("setns", setns(open("/proc/self/ns/user", O_RDONLY | O_CLOEXEC), 0));
  io_uring_params ring{};
  tell("io_uring", syscall(SYS_io_uring_setup, 4, &ring));
  tell("userfaultfd", syscall(SYS_userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY));
  tell("keyctl", syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, nullptr));
  tell("add_key", syscall(SYS_add_key, "user", "evil", "x", 1, KEY_SPEC_PROCESS_KEYRING));
  bpf_attr filter{};
  tell("bpf", syscall(SYS_bpf, BPF_MAP_CREATE, &filter, sizeof(filter)));
  tell("mount", mount("tmpfs", "/mnt", "tmpfs", 0, nullptr));
  tell("fsopen", syscall(SYS_fsopen, "tmpfs", 0));
  tell("open_tree", syscall(SYS_open_tree, AT_FDCWD, "/", OPEN_TREE_CLONE));
  tell("chroot", chroot("/tmp"));
  tell("setuid", setuid(0));
  tell("setgroups", setgroups(0, nullptr));
  tell("mknod", mknod("/tmp/evil-disk", S_IFBLK | 0600, makedev(8, 0)));
  tell("x32", syscall(0x40000000 | SYS_getpid));
  return 0;
}

#ifdef __x86_64__
namespace {

long call_32(long number, long first, long second = 0, long third = 0, long fourth = 0) {
  long result = 0;
  asm volatile("int $0x80"
               : "=a"(result)
               : "a"(number), "b"(first), "c"(second), "d"(third), "S"(fourth), "D"(0L)
               : "memory", "r8", "r9", "r10", "r11");
  if (result >= 0 || result < -4095) return result;
  errno = static_cast<int>(-result);
  return -1;
}

}  // namespace

// The same by the gate of 32-bit programs, which knows them by other numbers.
int calls_32(const Words&) {
  void* const low =
      mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
  if (low == MAP_FAILED) return 92;
  const long memory = reinterpret_cast<std::intptr_t>(low);
  tell("getpid", call_32(20, 0));  // the gate is there
  tell("ptrace", call_32(26, 0));
  tell("process_vm_readv", call_32(347, getppid(), memory, 0, memory));
  tell("unshare user", call_32(310, CLONE_NEWUSER));
  tell_clone("clone user", call_32(120, CLONE_NEWUSER | SIGCHLD));
  tell("clone3", call_32(435, memory, sizeof(clone_args)));
  tell("setns", call_32(346, 0, 0));
  tell("io_uring", call_32(425, 4, memory));
  tell("userfaultfd", call_32(374, UFFD_USER_MODE_ONLY));
  tell("keyctl", call_32(288, KEYCTL_JOIN_SESSION_KEYRING));
  tell("bpf", call_32(357, BPF_MAP_CREATE, memory, 64));
  tell("mount", call_32(21, memory, memory, memory));
  tell("umount", call_32(22, memory));
  const int terminal = posix_openpt(O_RDWR | O_NOCTTY);
  tell("TIOCSTI", call_32(54, terminal, TIOCSTI, memory));
  tell("setuid", call_32(213, 0));
  return 0;
}
#else
int calls_32(const Words&) { return 0; }
#endif

// A terminal of its own, which it controls: the kernel would let it type there.
int terminal(const Words&) {
  tell("has a terminal", open("/dev/tty", O_RDWR | O_CLOEXEC));
  const int ours = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (ours < 0 || grantpt(ours) != 0 || unlockpt(ours) != 0) return 92;
  const int theirs = open(ptsname(ours), O_RDWR | O_CLOEXEC);
  tell("takes a terminal", open("/dev/tty", O_RDWR | O_CLOEXEC));
  tell("TIOCSTI", ioctl(theirs, TIOCSTI, "x"));
  for (const unsigned long high :
       {0x1'0000'0000UL, 0x8000'0000'0000'0000UL, 0xDEAD'BEEF'0000'0000UL}) {
    tell("TIOCSTI with " + std::to_string(high), syscall(SYS_ioctl, theirs, high | TIOCSTI, "x"));
  }
  char subcode = 2;
  tell("TIOCLINUX", ioctl(theirs, TIOCLINUX, &subcode));
  return 0;
}

int raise(const Words&) {
  for (const auto resource : {RLIMIT_NOFILE, RLIMIT_CORE, RLIMIT_FSIZE, RLIMIT_CPU}) {
    rlimit more{};
    getrlimit(resource, &more);
    if (more.rlim_max == RLIM_INFINITY) continue;
    more.rlim_cur = ++more.rlim_max;
    tell("limit " + std::to_string(resource), setrlimit(resource, &more));
  }
  tell("nice", setpriority(PRIO_PROCESS, 0, -20));
  sched_param first{};
  first.sched_priority = 1;
  tell("SCHED_FIFO", sched_setscheduler(0, SCHED_FIFO, &first));
  const int out = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  tell("oom_score_adj", write(out, "-1", 2));
  return 0;
}

// Programs that the machine would let anybody start as somebody else.
int become_root(const Words& words) {
  for (const std::string& program : words) {
    if (fork() == 0) {
      execl(program.c_str(), program.c_str(), "who", nullptr);
      _exit(98);
    }
    int status = 0;
    wait(&status);
    if (status != 0) tell(program + " ends with " + std::to_string(status), 0);
  }
  return 0;
}

int who(const Words&) {
  uid_t real = 0, effective = 0, saved = 0;
  gid_t group = 0, effective_group = 0, saved_group = 0;
  getresuid(&real, &effective, &saved);
  getresgid(&group, &effective_group, &saved_group);
  std::printf("uid %u %u %u gid %u %u %u\n", real, effective, saved, group, effective_group,
              saved_group);
  tell("opens shadow", open("/etc/shadow", O_RDONLY | O_CLOEXEC));
  tell("becomes root", setresuid(0, 0, 0));
  tell("chroots", chroot("/"));
  return 0;
}

int state(const Words&) {
  std::ifstream status("/proc/self/status");
  std::cout << status.rdbuf();
  for (char** variable = environ; *variable != nullptr; ++variable) {
    std::cout << "env:\t" << *variable << '\n';
  }
  for (int resource = 0; resource < RLIM_NLIMITS; ++resource) {
    rlimit limit{};
    getrlimit(static_cast<__rlimit_resource>(resource), &limit);
    std::cout << "limit " << resource << ":\t" << static_cast<std::int64_t>(limit.rlim_cur) << '\n';
  }
  cpu_set_t processors;
  sched_getaffinity(0, sizeof(processors), &processors);
  std::cout << "processors:\t" << CPU_COUNT(&processors) << "\nscheduler:\t"
            << sched_getscheduler(0) << "\nnice:\t" << getpriority(PRIO_PROCESS, 0) << "\nioprio:\t"
            << syscall(SYS_ioprio_get, 1, 0) << "\noom:\t"
            << std::ifstream("/proc/self/oom_score_adj").rdbuf() << "session:\t"
            << (getsid(0) == getpid() && getpgrp() == getpid()) << "\ndeath signal:\t";
  int number = -1;
  prctl(PR_GET_PDEATHSIG, &number);
  std::cout << number << "\nsecurebits:\t" << prctl(PR_GET_SECUREBITS) << "\npersonality:\t"
            << personality(0xffffffff) << "\nslack:\t" << prctl(PR_GET_TIMERSLACK) << "\ncwd:\t"
            << get_current_dir_name() << '\n';
  itimerval left{};
  getitimer(ITIMER_REAL, &left);
  std::cout << "alarm:\t" << left.it_value.tv_sec << '\n';
  return 0;
}

int unlink_cwd(const Words& words) {
  const std::string folder = words.at(0) + "/cwd";
  if (mkdir(folder.c_str(), 0700) != 0 || chdir(folder.c_str()) != 0) return 92;
  tell("removes where it is", rmdir(folder.c_str()));
  tell("leads up", open("..", O_RDONLY | O_CLOEXEC));
  return 4;
}

// A program that is gone while it runs.
int exec_deleted(const Words& words) {
  const std::string copy = words.at(0) + "/copy";
  const int in = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  const int out = open(copy.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0700);
  while (sendfile(out, in, nullptr, 1 << 20) > 0) {
  }
  close(out);
  const int program = open(copy.c_str(), O_PATH | O_CLOEXEC);
  unlink(copy.c_str());
  const char* const arguments[] = {"copy", "descriptors", nullptr};
  fexecve(program, const_cast<char**>(arguments), environ);
  return 93;
}

int fill(const Words& words) {
  signal(SIGXFSZ, SIG_IGN);
  const int out = open((words.at(0) + "/much").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  const std::string piece(4096, 'x');
  long written = 0;
  while (written < std::atol(words.at(1).c_str())) {
    const ssize_t length = write(out, piece.data(), piece.size());
    if (length <= 0) break;
    written += length;
  }
  tell("writes more", written < std::atol(words.at(1).c_str()) ? -1 : 0);
  tell("grows it", ftruncate(out, std::atol(words.at(1).c_str())));
  tell("allocates", fallocate(out, 0, 0, std::atol(words.at(1).c_str())));
  std::printf("has %ld bytes\n", static_cast<long>(lseek(out, 0, SEEK_END)));
  return 0;
}

int open_all(const Words&) {
  int opened = -1;
  for (int next = 0; next >= 0; next = open("/dev/null", O_RDONLY | O_CLOEXEC)) opened = next;
  tell("opens more", opened < 0 ? 0 : -1);
  std::printf("has %d descriptors\n", opened + 1);
  return 0;
}

}  // namespace evil
