// mgr-job, root and then user mgr-job.
#include "helper/jobs/mgr-job/command.h"

#include <sys/socket.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "helper/jobs/mgr-job/clone_process.h"
#include "helper/jobs/mgr-job/exec_command.h"

namespace mgr {

Result<Command> Command::clone(const JobSpec& spec, const CgroupLeaf& leaf, CommandEnds ends) {
  std::array<int, 2> pair{-1, -1};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair.data()) != 0) {
    return fail_errno("socketpair");
  }
  Command command;
  command.channel_ = Descriptor(pair[0]);
  const Descriptor childs_end(pair[1]);
  ExecPlan plan(spec.run, ends, childs_end.get());
  if (!plan.ready()) return fail_errno("the command's channel");
  const pid_t pid = clone_into_cgroup(leaf.folder(), command.process_);
  if (pid == 0) {
    command.channel_.reset();
    exec_command(plan);
  }
  if (pid < 0) return fail_errno("into the cgroup");
  return command;
}

Result<void> Command::open_gate() const {
  const char go = 1;
  // The process may have failed and reported already; that is read later.
  if (send(channel_.get(), &go, 1, MSG_NOSIGNAL) == 1 || errno == EPIPE) return {};
  return fail_errno("the command's gate");
}

std::optional<std::string> Command::take_report() {
  StepFailure failure{};
  const auto receive = [&] {
    return recv(channel_.get(), &failure, sizeof(failure), MSG_DONTWAIT);
  };
  ssize_t length = receive();
  // One that ended with the gate's byte unread: the kernel tells that first, and once.
  if (length < 0 && errno == ECONNRESET) length = receive();
  channel_.reset();
  if (length != sizeof(failure)) return std::nullopt;
  const std::string step(failure.step, strnlen(failure.step, sizeof(failure.step)));
  return step + ": " + std::strerror(failure.error);
}

std::optional<ExitRecord> Command::reap() const {
  siginfo_t ended{};
  if (waitid(static_cast<idtype_t>(P_PIDFD), static_cast<id_t>(process_.get()), &ended,
             WEXITED | WNOHANG) != 0 ||
      ended.si_pid == 0) {
    return std::nullopt;
  }
  ExitRecord record;
  record.outcome = ended.si_code == CLD_EXITED ? JobOutcome::exited : JobOutcome::signalled;
  record.status = ended.si_status;
  return record;
}

}  // namespace mgr
