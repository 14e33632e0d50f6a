// Of evil_job: what it wants of other processes and of files.
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "tests/attack/evil_job.h"

namespace evil {
namespace {

Words names_in(const std::string& folder) {
  Words names;
  DIR* const opened = opendir(folder.c_str());
  if (opened == nullptr) return names;
  while (const dirent* entry = readdir(opened)) names.emplace_back(entry->d_name);
  closedir(opened);
  std::erase_if(names, [](const std::string& name) { return name == "." || name == ".."; });
  return names;
}

std::string target_of(const std::string& link) {
  char target[256] = {};
  return readlink(link.c_str(), target, sizeof(target) - 1) < 0 ? "" : target;
}

// Closes what is opened: only whether it can be.
long try_open(const std::string& path, int flags) {
  const int opened = open(path.c_str(), flags | O_CLOEXEC | O_NONBLOCK, 0600);
  if (opened >= 0) close(opened);
  return opened;
}

void signal_in_all_ways(int pid) {
  const std::string to = " " + std::to_string(pid);
  for (const int number : {SIGSTOP, SIGKILL, SIGTERM, SIGSEGV, SIGHUP}) {
    const std::string name = std::string("SIG") + sigabbrev_np(number) + to;
    tell("kill " + name, kill(pid, number));
    tell("tgkill " + name, syscall(SYS_tgkill, pid, pid, number));
    tell("sigqueue " + name, sigqueue(pid, number, {}));
    const long process = syscall(SYS_pidfd_open, pid, 0);
    tell("pidfd_send_signal " + name, syscall(SYS_pidfd_send_signal, process, number, nullptr, 0));
    close(static_cast<int>(process));
  }
  // The kernel would send these in our name, once something comes out of our pipe.
  for (const int number : {SIGKILL, SIGSTOP}) {
    (void)fcntl(STDOUT_FILENO, F_SETSIG, number);
    (void)fcntl(STDOUT_FILENO, F_SETOWN, pid);
    (void)fcntl(STDOUT_FILENO, F_SETFL, fcntl(STDOUT_FILENO, F_GETFL) | O_ASYNC);
    std::string much(1 << 17, '.');
    (void)!write(STDOUT_FILENO, (much + "\n").data(), much.size() + 1);
  }
}

}  // namespace

int descriptors(const Words&) {
  const Words names = names_in("/proc/self/fd");  // one of them is the folder's own
  for (const std::string& name : names) {
    const std::string target = target_of("/proc/self/fd/" + name);
    if (target.empty()) continue;
    tell("fd " + name + " " + target, 0);
    for (const char* up : {"/..", "/../../../../etc/shadow"}) {
      if (try_open("/proc/self/fd/" + name + up, O_RDONLY) >= 0) tell("leads up: fd " + name, 0);
    }
  }
  return 0;
}

int parent(const Words&) {
  const std::string above = "/proc/" + std::to_string(getppid());
  for (const char* name : {"/fd", "/fdinfo", "/map_files"}) {
    const long opened = try_open(above + name, O_RDONLY | O_DIRECTORY);
    tell(name, opened >= 0 && names_in(above + name).empty() ? 0 : opened);
    if (!names_in(above + name).empty()) tell(std::string("lists ") + name, 0);
  }
  for (const char* name : {"/fd/3", "/fd/5", "/fd/6", "/cwd", "/root", "/exe"}) {
    tell(name, try_open(above + name, O_RDONLY));
  }
  for (const char* name :
       {"/mem", "/environ", "/auxv", "/maps", "/stack", "/syscall", "/pagemap"}) {
    tell(name, try_open(above + name, O_RDONLY));
  }
  for (const char* name : {"/mem", "/oom_score_adj", "/coredump_filter", "/clear_refs", "/comm"}) {
    tell(std::string("write ") + name, try_open(above + name, O_WRONLY));
  }
  return 0;
}

int signals(const Words& words) {
  for (const std::string& pid : words) signal_in_all_ways(std::atoi(pid.c_str()));
  if (words.empty()) signal_in_all_ways(getppid());
  return 0;
}

int peek(const Words& words) {
  for (const std::string& word : words) {
    const int pid = word == "parent" ? getppid() : std::atoi(word.c_str());
    char byte = 0;
    iovec ours{&byte, 1}, theirs{&byte, 1};
    tell("PTRACE_ATTACH", ptrace(PTRACE_ATTACH, pid, 0, 0));
    tell("PTRACE_SEIZE", ptrace(PTRACE_SEIZE, pid, 0, 0));
    tell("process_vm_readv", process_vm_readv(pid, &ours, 1, &theirs, 1, 0));
    tell("process_vm_writev", process_vm_writev(pid, &ours, 1, &theirs, 1, 0));
    const long process = syscall(SYS_pidfd_open, pid, 0);
    tell("pidfd_getfd", syscall(SYS_pidfd_getfd, process, 0, 0));
    tell("mem", try_open("/proc/" + std::to_string(pid) + "/mem", O_RDWR));
    tell("setpriority", setpriority(PRIO_PROCESS, static_cast<id_t>(pid), 19));
    rlimit none{0, 0};
    tell("prlimit", prlimit(pid, RLIMIT_CPU, &none, nullptr));
  }
  return 0;
}

namespace {

void try_below(const std::string& folder, int depth) {
  const std::string made = folder + "/evil";
  if (try_open(made, O_WRONLY | O_CREAT | O_EXCL) >= 0)
    tell("creates " + made, unlink(made.c_str()));
  if (mkdir(made.c_str(), 0700) == 0) tell("makes " + made, rmdir(made.c_str()));
  for (const std::string& name : names_in(folder)) {
    const std::string path = folder + "/" + name;
    struct stat status {};
    if (lstat(path.c_str(), &status) != 0) continue;
    if (S_ISDIR(status.st_mode) && depth > 0) try_below(path, depth - 1);
    if (S_ISSOCK(status.st_mode) || S_ISFIFO(status.st_mode) || S_ISLNK(status.st_mode)) continue;
    if (!S_ISDIR(status.st_mode) && try_open(path, O_WRONLY) >= 0) tell("writes " + path, 0);
    if (chmod(path.c_str(), 0777) == 0) tell("chmods " + path, 0);
    if (rename(path.c_str(), (path + "-evil").c_str()) == 0) {
      tell("renames " + path, rename((path + "-evil").c_str(), path.c_str()));
    }
  }
}

bool append(const std::string& path, const char* text) {
  const int out = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  const bool written = out >= 0 && write(out, text, std::strlen(text)) > 0;
  if (out >= 0) close(out);
  return written;
}

}  // namespace

// What below these folders it can change. Prints that alone.
int walk(const Words& words) {
  for (const std::string& folder : words) try_below(folder, 8);
  tell("walked", 0);
  return 0;
}

// Into each of these groups, and the end of all that is in them.
int cgroups(const Words& words) {
  for (const std::string& folder : words) {
    for (const char* file : {"/cgroup.procs", "/cgroup.threads"}) {
      tell("moves into " + folder + file, append(folder + file, "0") ? 0 : -1);
    }
    tell("kills " + folder, append(folder + "/cgroup.kill", "1") ? 0 : -1);
    tell("freezes " + folder, append(folder + "/cgroup.freeze", "1") ? 0 : -1);
    tell("makes below " + folder, mkdir((folder + "/evil").c_str(), 0700));
    tell("removes " + folder, rmdir(folder.c_str()));
  }
  return 0;
}

}  // namespace evil
