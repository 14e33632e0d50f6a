// mgr-job, root and then user mgr-job; distrusts the command and everything that it starts.
#include "helper/jobs/mgr-job/run_job.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <string>
#include <utility>

#include "helper/jobs/cgroup_leaf.h"
#include "helper/jobs/mgr-job/capture.h"
#include "helper/jobs/mgr-job/clone_process.h"
#include "helper/jobs/mgr-job/command.h"
#include "helper/jobs/mgr-job/job_leaf.h"
#include "helper/jobs/mgr-job/leaf_limits.h"
#include "helper/jobs/mgr-job/leaf_use.h"
#include "helper/jobs/mgr-job/own_state.h"
#include "helper/jobs/mgr-job/privilege.h"
#include "helper/jobs/mgr-job/records.h"
#include "helper/jobs/mgr-job/supervision.h"
#include "helper/jobs/record_file.h"

namespace mgr {
namespace {

// Not exit(): nothing is left to do, and a sanitizer's leak check could not run without root.
[[noreturn]] void end(int status) { _exit(status); }

JobSpec read_spec() {
  const auto bytes = read_record(job_folder_descriptor, "spec");
  auto spec = bytes && *bytes ? decode_job_spec(**bytes) : std::nullopt;
  if (!spec) end(exit_bad_spec);
  return std::move(*spec);
}

[[noreturn]] void end_not_started(const Records& records, const std::string& reason) {
  ExitRecord record;
  record.outcome = JobOutcome::could_not_start;
  record.detail = reason;
  end(records.write_exit(std::move(record)) ? 0 : exit_records);
}

template <typename T>
T value_or_end(Result<T> result, const Records& records, const std::string& step) {
  if (!result) end_not_started(records, step + ": " + result.error().detail);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

// From here on in the clone; the process that the helper started is done.
void go_on_in_supervisors(const Records& records) {
  const Descriptor supervisors(
      openat(job_cgroup_descriptor, "supervisors", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!supervisors) value_or_end<void>(fail_errno("open"), records, "supervisors");
  Descriptor clone;
  const pid_t pid = clone_into_cgroup(supervisors.get(), clone);
  if (pid < 0) value_or_end<void>(fail_errno("clone3"), records, "entering supervisors");
  if (pid > 0) end(0);
}

// The gate is shut, so the command will not run; its process is ended before that is recorded.
[[noreturn]] void end_before_command(const Records& records, const CgroupLeaf& leaf,
                                     const std::string& reason) {
  while (leaf.populated().value_or(false)) {
    (void)leaf.kill();
    pollfd events{leaf.events(), POLLPRI, 0};
    (void)poll(&events, 1, static_cast<int>(longest_between_kills.count()));
  }
  end_not_started(records, reason);
}

}  // namespace

void run_job(DropTo drop_to) {
  if (!check_inherited_descriptors()) end(exit_bad_descriptors);
  const JobSpec spec = read_spec();
  auto opened = Records::open(job_folder_descriptor, !spec.run.is_transient());
  if (!opened) end(exit_records);
  const Records records = std::move(*opened);
  value_or_end(reset_own_state(), records, "own state");
  go_on_in_supervisors(records);

  const CgroupLeaf leaf =
      value_or_end(make_leaf(job_cgroup_descriptor, spec.id), records, "cgroup");
  value_or_end(set_leaf_limits(leaf.folder(), spec.run), records, "cgroup");
  const LeafSignals signals = value_or_end(LeafSignals::open(leaf.folder()), records, "cgroup");
  const LeafUse use = LeafUse::open(leaf);
  Capture capture = value_or_end(Capture::open(spec.run, job_folder_descriptor), records, "output");
  Command command = value_or_end(Command::clone(spec, leaf, capture.ends()), records, "clone3");
  capture.close_ends();
  close(job_input_descriptor);  // it may be a secret, and is the command's alone
  // The command waits at its gate until its start is on disk and root is gone.
  Result<void> ready = records.write_start();
  if (ready) ready = become_supervisor(drop_to.uid, drop_to.gid);
  if (ready) ready = command.open_gate();
  if (!ready) end_before_command(records, leaf, "mgr-job: " + ready.error().detail);

  auto supervision =
      Supervision::begin({spec, leaf, signals, command, capture, job_control_descriptor});
  if (!supervision) end_before_command(records, leaf, supervision.error().detail);
  ExitRecord record = supervision->run();
  use.add_to(record);
  if (record.detail.empty()) record.detail = want_of_memory(leaf.folder(), spec.run);
  end(records.write_exit(std::move(record)) ? 0 : exit_records);
}

}  // namespace mgr
