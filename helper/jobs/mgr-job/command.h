// The command's process, from its clone to its end, as mgr-job sees it.
#pragma once

#include <optional>
#include <string>

#include "helper/jobs/cgroup_leaf.h"
#include "helper/jobs/job_files.h"
#include "helper/jobs/mgr-job/command_ends.h"
#include "protocol/descriptor.h"
#include "protocol/error.h"

namespace mgr {

class Command {
 public:
  // Clones the process into the leaf, with these descriptors, borrowed for the call. It confines
  // itself as exec_command.h says and then waits for the gate. Needs root.
  static Result<Command> clone(const JobSpec& spec, const CgroupLeaf& leaf, CommandEnds ends);

  // Lets it execute the command.
  [[nodiscard]] Result<void> open_gate() const;

  // Readable when it has something to report: take_report() then.
  [[nodiscard]] int report() const { return channel_.get(); }
  // A failed step, "chdir: No such file or directory", or nothing where the command was executed.
  // Closes report().
  [[nodiscard]] std::optional<std::string> take_report();

  // A pidfd; readable when it has ended: reap() then.
  [[nodiscard]] int process() const { return process_.get(); }
  // waitid(P_PIDFD): its outcome and status, once.
  [[nodiscard]] std::optional<ExitRecord> reap() const;

 private:
  Descriptor channel_;
  Descriptor process_;
};

}  // namespace mgr
