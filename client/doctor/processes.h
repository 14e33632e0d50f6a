// mgrctl, with the caller's own uid. Processes by /proc (proc_pid_status(5)): what they are called
// and what they may do. What a process is called, and its arguments, are its own word, so who its
// user is must be asked too.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mgr::client {

struct Process {
  pid_t pid = 0;
  std::string name;
  std::vector<uid_t> uids;  // real, effective, saved, of the file system
  std::uint64_t effective = 0, permitted = 0, bounding = 0;  // capabilities, bit N for number N
  bool no_new_privileges = false;
  unsigned seccomp = 0;       // 2: a list of system calls
  std::uint64_t filters = 0;  // how many of those; 0 before Linux 5.10
  std::optional<std::string>
      exe;  // its program, for root alone: "… (deleted)" where it is replaced
  [[nodiscard]] bool has_only(uid_t uid) const;
};

// Of the folder of a process, such as /proc/self; nothing where it is gone or not to be seen.
[[nodiscard]] std::optional<Process> read_process(const std::string& folder);

// Those of that name below `proc`, by number.
[[nodiscard]] std::vector<Process> find_processes(const std::string& proc, std::string_view name);

// What a process was given as --root, as Paths::root has it. To be asked of whose word that is: who
// runs without privilege can make a command line of its own that is longer than memory (prctl(2),
// PR_SET_MM_MAP), or that is slow to read; no more than the front of one is read.
[[nodiscard]] std::string root_given_to(const std::string& folder);

// A file of /proc or /sys, `most` bytes of it at most; empty where it cannot be read.
[[nodiscard]] std::string read_kernel_file(const std::string& path,
                                           std::size_t most = std::string::npos);

}  // namespace mgr::client
