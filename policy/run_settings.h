// How a command is run: the settings of one action in modules.d, and of each job that it starts.
// Names are resolved to numbers when the configuration is loaded; mgr-job never looks a name up.
#pragma once

#include <sys/types.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "policy/argument.h"
#include "policy/policy.h"

namespace mgr {

// How the request that starts it is answered: at once with the job; when it has ended, with what it
// printed; or line by line, while it prints.
enum class RunMode : std::uint8_t { job, output, stream, last_value = stream };
inline constexpr std::array<std::string_view, 3> run_mode_words{"job", "output", "stream"};

// What the command reads from its standard input: nothing, the request's body, or the values of its
// secret arguments, in the order of their declaration, each with a line feed behind it.
enum class InputKind : std::uint8_t { none, body, secret, last_value = secret };
inline constexpr std::array<std::string_view, 3> input_words{"nothing", "body", "secret"};

// A path that mgr-job opens as the command's user: `beneath` under `root`, without following a
// link. The command gets it as descriptor first_path_descriptor plus its place in the list.
struct PathToOpen {
  std::string root;     // absolute
  std::string beneath;  // relative; "" for the root itself
  PathKind kind = PathKind::file;
  friend bool operator==(const PathToOpen&, const PathToOpen&) = default;
  static void members(auto& archive, auto& record) {
    archive(record.root, record.beneath, record.kind);
  }
};
inline constexpr int first_path_descriptor = 10;

struct RunSettings {
  // The first element is an absolute path. In an action's settings a pattern: `{name}` inside an
  // element stands for an argument's text and never splits it; an element that is `{name...}`
  // stands for one element a list item. In a job's expanded.
  std::vector<std::string> argv;
  // The whole of it, NAME=value: nothing is added.
  std::vector<std::string> environment;
  std::string user = "nobody";  // as written
  uid_t uid = static_cast<uid_t>(-1);
  gid_t gid = static_cast<gid_t>(-1);
  std::vector<gid_t> groups;  // supplementary, by the user database
  std::string cwd = "/";
  mode_t umask = 077;
  int nice = 0;
  std::chrono::milliseconds timeout{0};  // 0: none
  std::chrono::milliseconds stop_grace{10000};
  // When it runs.
  std::uint32_t max_running = 0;  // jobs of this action at a time; 0: any number
  std::uint32_t queue = 1000;     // jobs of this action that may wait; one more is refused as busy
  std::string lock;               // at most one job that holds it runs at a time; "": none
  std::uint32_t retries = 0;      // further attempts after a failure or a timeout
  std::chrono::milliseconds retry_delay{1000};  // before the second; doubles for each further one
  std::vector<std::uint8_t> success_exit{0};    // the exit statuses of success
  std::vector<std::uint8_t> retry_exit;         // those that are worth a retry; empty: all others
  // What is kept of what it prints, in bytes: the head and the tail.
  std::uint64_t output_limit = 1 << 20;
  bool progress = false;  // it is given a descriptor for its progress, number 3
  RunMode mode = RunMode::job;
  bool json_output = false;            // of mode output: what it prints is JSON
  std::chrono::milliseconds cache{0};  // of mode output: how long an answer serves equal requests
  // What it reads; of a job, not of an action's settings.
  InputKind input = InputKind::none;
  std::vector<PathToOpen> paths;
  // What it may use; 0: no limit of its own.
  std::uint64_t memory = 0;       // bytes, the whole tree (memory.max)
  std::uint32_t processes = 0;    // the whole tree (pids.max)
  std::uint64_t cpu_seconds = 0;  // each process (RLIMIT_CPU)
  std::uint64_t open_files = 0;   // each process (RLIMIT_NOFILE)
  std::uint64_t file_size = 0;    // bytes, each file (RLIMIT_FSIZE)
  // What it may do and see.
  bool no_new_privileges = true;
  bool private_tmp = false;      // a tmpfs of its own on /tmp and /var/tmp
  bool private_network = false;  // no interface but a loopback of its own
  std::vector<std::string> read_only_paths;
  std::uint64_t capabilities = 0;  // bit N: capability N of capabilities(7), ambient
  // Its request alone gets to know of it, and it leaves no history: nothing of it is synced to
  // disk.
  [[nodiscard]] bool is_transient() const { return mode != RunMode::job; }
  friend bool operator==(const RunSettings&, const RunSettings&) = default;
  // As job records of format 4 have them, but for retry_exit (helper/jobs/job_files.h).
  static void members_of_format_4(auto& archive, auto& record) {
    archive(record.argv, record.environment, record.user, record.uid, record.gid, record.groups,
            record.cwd, record.umask, record.nice, record.timeout, record.stop_grace,
            record.max_running, record.queue, record.lock, record.retries, record.retry_delay,
            record.success_exit, record.output_limit, record.progress, record.mode,
            record.json_output, record.cache, record.input, record.paths, record.memory,
            record.processes, record.cpu_seconds, record.open_files, record.file_size,
            record.no_new_privileges, record.private_tmp, record.private_network,
            record.read_only_paths, record.capabilities);
  }
  static void members(auto& archive, auto& record) {
    members_of_format_4(archive, record);
    archive(record.retry_exit);
  }
};

// [module.NAME.action.NAME] of a modules.d file. For an action of a built-in module it says how
// its command is run and declares no arguments; else it is an action of its own.
struct DeclaredAction {
  std::string name;
  std::string summary;
  std::vector<Argument> arguments;
  RunSettings run;
  std::string file;
  unsigned line = 0;
  bool confirm = false;  // wants mgr-confirm:yes
  Proof min_proof = Proof::kernel;
  std::string run_json = "{}";  // `run`, as a dry run tells it; by mgr-configure
  static void members(auto& archive, auto& record) {
    archive(record.name, record.summary, record.arguments, record.run, record.file, record.line,
            record.confirm, record.min_proof, record.run_json);
  }
};

struct DeclaredModule {
  std::string name;
  std::string summary;
  std::vector<DeclaredAction> actions;
  std::string file;
  unsigned line = 0;
  static void members(auto& archive, auto& record) {
    archive(record.name, record.summary, record.actions, record.file, record.line);
  }
};

}  // namespace mgr
