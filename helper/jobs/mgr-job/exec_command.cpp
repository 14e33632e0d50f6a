// The child of mgr-job, root at first, then the job's user.
#include "helper/jobs/mgr-job/exec_command.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "helper/jobs/job_files.h"
#include "helper/jobs/mgr-job/job_filter.h"
#include "helper/jobs/mgr-job/own_state.h"
#include "helper/jobs/mgr-job/privilege.h"
#include "helper/jobs/mgr-job/process_limits.h"

namespace mgr {
namespace {

constexpr int exit_not_executed = 127;

// execve takes char* for C's sake and writes to none of them.
std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

// The command's copies pass execve, as no other descriptor does.
bool take_descriptors(const CommandEnds& ends) {
  return dup2(job_input_descriptor, STDIN_FILENO) >= 0 && dup2(ends.output, STDOUT_FILENO) >= 0 &&
         dup2(ends.error, STDERR_FILENO) >= 0 &&
         (ends.progress < 0 || dup2(ends.progress, progress_descriptor) >= 0);
}

bool close_on_exec(int first, unsigned last) {
  return close_range(static_cast<unsigned>(first), last, CLOSE_RANGE_CLOEXEC) == 0;
}

bool close_the_rest_on_exec(const CommandEnds& ends, const PathsToOpen& paths) {
  const int first = (ends.progress < 0 ? STDERR_FILENO : progress_descriptor) + 1;
  return close_on_exec(first, first_path_descriptor - 1) &&
         close_on_exec(paths.first_free_descriptor(), ~0U);
}

// Loading a filter needs no_new_privs or CAP_SYS_ADMIN (seccomp(2)). So where the action does
// without no_new_privs, it is loaded while this is root; the list forbids nothing that follows, and
// a set-user-ID program under it is not weakened, since no step of giving privilege up is in it.
const char* become_confined(const RunSettings& run, std::span<const gid_t> groups,
                            std::span<gid_t> room) {
  if (!run.no_new_privileges && !load_job_filter()) return "seccomp";
  if (const char* failed = become_user(run.uid, run.gid, groups, room, run.capabilities))
    return failed;
  if (!run.no_new_privileges) return nullptr;
  if (!forbid_new_privileges()) return "no_new_privs";
  return load_job_filter() ? nullptr : "seccomp";
}

bool wait_at_gate(int channel) {
  char go = 0;
  const ssize_t length = recv(channel, &go, 1, 0);
  if (length == 0) errno = ECANCELED;
  return length == 1;
}

}  // namespace

ExecPlan::ExecPlan(const RunSettings& run, CommandEnds ends, int channel)
    : run_(run),
      ends_(ends),
      paths_(run.paths),
      channel_(fcntl(channel, F_DUPFD_CLOEXEC, paths_.first_free_descriptor())),
      argv_(pointers_to(run.argv)),
      environment_(pointers_to(run.environment)),
      groups_(run.groups.begin(), run.groups.end()),
      room_(groups_.size()),
      confinement_(run) {
  std::ranges::sort(groups_);
}

const char* become_command(ExecPlan& plan) {
  const RunSettings& run = plan.run_;
  if (setsid() < 0) return "setsid";
  if (setpriority(PRIO_PROCESS, 0, run.nice) != 0) return "nice";
  if (!take_descriptors(plan.ends_)) return "descriptors";
  if (const char* failed = plan.confinement_.apply()) return failed;
  if (const char* failed = set_process_limits(run)) return failed;
  if (const char* failed = become_confined(run, plan.groups_, plan.room_)) return failed;
  if (const char* failed = plan.paths_.open()) return failed;
  if (!close_the_rest_on_exec(plan.ends_, plan.paths_)) return "close_range";
  umask(run.umask);
  if (chdir(run.cwd.c_str()) != 0) return "chdir";
  reset_signals();
  if (!wait_at_gate(plan.channel_.get())) return "gate";
  execve(plan.argv_.front(), plan.argv_.data(), plan.environment_.data());
  return "execve";
}

void exec_command(ExecPlan& plan) {
  const char* step = become_command(plan);
  StepFailure failure{};
  failure.error = errno;
  for (std::size_t i = 0; step[i] != '\0' && i + 1 < sizeof(failure.step); ++i) {
    failure.step[i] = step[i];
  }
  (void)send(plan.channel_.get(), &failure, sizeof(failure), MSG_NOSIGNAL);
  _exit(exit_not_executed);
}

}  // namespace mgr
