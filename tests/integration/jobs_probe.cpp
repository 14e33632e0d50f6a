// What the jobs of the tests run: each word of its command line is one behaviour. Runs as the job's
// user, in a leaf. Every fork loop is bounded.
#include <dirent.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include "tests/integration/daemons.h"

namespace {

using mgr::hop;
using mgr::say_ready;
using mgr::sleep_for_good;
using mgr::start_daemon;

// What a stop asks for first, and what the end of a session sends.
void ignore_requests_to_end() {
  signal(SIGTERM, SIG_IGN);
  signal(SIGHUP, SIG_IGN);
}

int tree(const char* fifo, int daemons, int hoppers) {
  for (int i = 0; i < daemons; ++i) {
    start_daemon([fifo] {
      ignore_requests_to_end();
      say_ready(fifo);
      sleep_for_good();
    });
  }
  for (int i = 0; i < hoppers; ++i) {
    start_daemon([fifo] {
      ignore_requests_to_end();
      say_ready(fifo);
      hop(20000);
    });
  }
  signal(SIGTERM, SIG_IGN);
  say_ready(fifo);
  sleep_for_good();
}

std::string text_of(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

void print_descriptors(std::ostream& out) {
  DIR* folder = opendir("/proc/self/fd");
  const std::string own = std::to_string(dirfd(folder));
  while (const dirent* entry = readdir(folder)) {
    if (entry->d_name[0] == '.' || entry->d_name == own) continue;
    char target[256] = {};
    (void)!readlinkat(dirfd(folder), entry->d_name, target, sizeof(target) - 1);
    out << "fd " << entry->d_name << ' ' << target << '\n';
  }
  closedir(folder);
}

// Before anything of ours is opened: descriptor 3 would be it.
int state(const char* path, char** environment) {
  std::string descriptors;
  {
    std::ostringstream out;
    print_descriptors(out);
    descriptors = out.str();
  }
  std::ofstream out(path);
  out << descriptors << text_of("/proc/self/status");
  for (char** variable = environment; *variable != nullptr; ++variable) {
    out << "env " << *variable << '\n';
  }
  rlimit core{}, files{};
  getrlimit(RLIMIT_CORE, &core);
  getrlimit(RLIMIT_NOFILE, &files);
  char cwd[256] = {};
  out << "cwd " << getcwd(cwd, sizeof(cwd)) << "\ncore " << core.rlim_cur << ' ' << core.rlim_max
      << "\nfiles " << files.rlim_cur << "\nnice " << getpriority(PRIO_PROCESS, 0)
      << "\nleads its session " << (getsid(0) == getpid()) << "\noom "
      << text_of("/proc/self/oom_score_adj") << "cgroup " << text_of("/proc/self/cgroup");
  out.close();
  return out ? 0 : 1;
}

const char* result_of(long result) {
  return result >= 0 ? "done" : errno == EPERM ? "EPERM" : errno == ENOSYS ? "ENOSYS" : "other";
}

// With arguments for which the kernel itself would say something else than EPERM.
int forbidden(const char* path) {
  std::ofstream out(path);
  const auto print = [&out](const char* name, long result) {
    out << name << ' ' << result_of(result) << '\n';
  };
  print("TIOCSTI", ioctl(-1, TIOCSTI, ""));
  print("TIOCSTI+high", syscall(SYS_ioctl, -1, 0xDEADBEEF00000000 | TIOCSTI, ""));
  print("TIOCLINUX", ioctl(-1, TIOCLINUX, ""));
  print("TIOCLINUX+high", syscall(SYS_ioctl, -1, 0x1'0000'0000 | TIOCLINUX, ""));
  print("ptrace", syscall(SYS_ptrace, -1, -1, 0, 0));
  print("process_vm_readv", syscall(SYS_process_vm_readv, -1, 0, 0, 0, 0, 0));
  print("process_vm_writev", syscall(SYS_process_vm_writev, -1, 0, 0, 0, 0, 0));
  print("pidfd_getfd", syscall(SYS_pidfd_getfd, -1, -1, -1));
  print("keyctl", syscall(SYS_keyctl, -1));
  print("add_key", syscall(SYS_add_key, 0, 0, 0, 0, 0));
  print("request_key", syscall(SYS_request_key, 0, 0, 0, 0));
  print("bpf", syscall(SYS_bpf, -1, 0, 0));
  print("io_uring_setup", syscall(SYS_io_uring_setup, 0, 0));
  print("io_uring_enter", syscall(SYS_io_uring_enter, -1, 0, 0, 0, 0, 0));
  print("io_uring_register", syscall(SYS_io_uring_register, -1, 0, 0, 0));
  print("userfaultfd", syscall(SYS_userfaultfd, -1));
  print("mount", syscall(SYS_mount, 0, 0, 0, -1, 0));
  print("umount2", syscall(SYS_umount2, 0, -1));
  print("open_tree", syscall(SYS_open_tree, -1, 0, -1));
  print("fsopen", syscall(SYS_fsopen, 0, -1));
  print("pivot_root", syscall(SYS_pivot_root, 0, 0));
  print("move_mount", syscall(SYS_move_mount, -1, "", -1, "", -1));
  print("fsconfig", syscall(SYS_fsconfig, -1, -1, 0, 0, 0));
  print("fsmount", syscall(SYS_fsmount, -1, -1, -1));
  print("fspick", syscall(SYS_fspick, -1, 0, -1));
  print("mount_setattr", syscall(SYS_mount_setattr, -1, 0, -1, 0, 0));
  print("open_tree_attr", syscall(467, -1, 0, -1, 0, 0));
  print("unshare", unshare(-1));
  print("setns", setns(-1, 0));
  // With CLONE_SIGHAND alone the kernel would say EINVAL.
  for (const int flag : {CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWUSER,
                         CLONE_NEWPID, CLONE_NEWNET}) {
    print("clone into a namespace", syscall(SYS_clone, flag | CLONE_SIGHAND, 0, 0, 0, 0));
  }
  print("clone3", syscall(SYS_clone3, nullptr, 0));
#ifdef __x86_64__
  print("x32", syscall(0x40000000 | SYS_getpid));
  long result = 0;
  asm volatile("int $0x80" : "=a"(result) : "a"(26 /* ptrace */), "b"(-1), "c"(-1) : "memory");
  out << "i386 ptrace "
      << (result == -EPERM    ? "EPERM"
          : result == -ENOSYS ? "ENOSYS"
                              : "other")
      << '\n';
#endif
  out.close();
  return out ? 0 : 1;
}

// Opens until it may not, and gives how many descriptors there are then.
int open_all() {
  int opened = -1;
  for (int next = 0; next >= 0; next = open("/dev/null", O_RDONLY | O_CLOEXEC)) opened = next;
  return errno == EMFILE ? opened + 1 : 92;
}

int write_bytes(const char* path, long bytes) {
  const int out = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  for (; bytes > 0; --bytes) {
    if (write(out, "x", 1) != 1) return 93;
  }
  return 0;
}

// Uses processor time until it is ended; where it catches SIGXCPU, until it may not.
int spin(bool catches) {
  if (catches) signal(SIGXCPU, [](int) {});
  while (true) (void)getppid();
}

int wait_for_term(const char* fifo) {
  sigset_t term;
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  sigprocmask(SIG_BLOCK, &term, nullptr);
  say_ready(fifo);
  int number = 0;
  sigwait(&term, &number);
  return 7;
}

// Leaves a daemon that ends when the FIFO `go` is written to.
int leave_behind(const char* fifo, const char* go) {
  start_daemon([fifo, go] {
    ignore_requests_to_end();
    const int in = open(go, O_RDONLY | O_CLOEXEC);
    say_ready(fifo);
    char byte = 0;
    _exit(read(in, &byte, 1) == 1 ? 0 : 1);
  });
  return 5;
}

int wait_for_go(const char* fifo, const char* go) {
  say_ready(fifo);
  const int in = open(go, O_RDONLY | O_CLOEXEC);
  char byte = 0;
  return read(in, &byte, 1) == 1 ? byte : 91;
}

// Appends all that can be read there.
int copy(int in, const char* path, int status) {
  const int out = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  char piece[4096];
  ssize_t length = 0;
  while ((length = read(in, piece, sizeof(piece))) > 0) {
    if (write(out, piece, static_cast<size_t>(length)) != length) return 93;
  }
  return length == 0 ? status : 94;
}

// 0 where nothing that it reads can be changed.
int write_input() {
  const int again = open("/proc/self/fd/0", O_RDWR | O_CLOEXEC);
  const bool written = write(STDIN_FILENO, "x", 1) > 0 || ftruncate(STDIN_FILENO, 0) == 0 ||
                       (again >= 0 && (write(again, "x", 1) > 0 || ftruncate(again, 0) == 0));
  return written ? 1 : 0;
}

// A path that it was given, as any program opens it: by name.
int copy_path(const char* name, const char* path) {
  const int in = open(name, O_RDONLY | O_CLOEXEC);
  return in < 0 ? 95 : copy(in, path, 0);
}

}  // namespace

int main(int argc, char** argv, char** environment) {
  const auto is = [argc, argv](const char* word, int words) {
    return argc == words + 1 && std::strcmp(argv[1], word) == 0;
  };
  if (is("exit", 2)) return std::atoi(argv[2]);
  if (is("copy-input", 3)) return copy(STDIN_FILENO, argv[2], std::atoi(argv[3]));
  if (is("wait-and-copy-path", 5)) {
    const int status = wait_for_go(argv[2], argv[3]);
    return status == 0 ? copy_path(argv[4], argv[5]) : status;
  }
  if (is("write-input", 1)) return write_input();
  if (is("copy-path", 3)) return copy_path(argv[2], argv[3]);
  if (is("raise", 2)) return raise(std::atoi(argv[2]));
  if (is("state", 2)) return state(argv[2], environment);
  if (is("forbidden", 2)) return forbidden(argv[2]);
  if (is("tree", 4)) return tree(argv[2], std::atoi(argv[3]), std::atoi(argv[4]));
  if (is("open-all", 1)) return open_all();
  if (is("write", 3)) return write_bytes(argv[2], std::atol(argv[3]));
  if (is("spin", 2)) return spin(std::strcmp(argv[2], "catching") == 0);
  if (is("wait-for-term", 2)) return wait_for_term(argv[2]);
  if (is("leave-behind", 3)) return leave_behind(argv[2], argv[3]);
  if (is("wait-for-go", 3)) return wait_for_go(argv[2], argv[3]);
  return 99;
}
