// The loop of mgr-job while its command's tree lives: one poll(2), no wake-up without a reason.
// User mgr-job with CAP_KILL; distrusts the tree and whoever connects to control.
#pragma once

#include <poll.h>

#include <chrono>
#include <utility>
#include <vector>

#include "helper/jobs/cgroup_leaf.h"
#include "helper/jobs/job_files.h"
#include "helper/jobs/mgr-job/capture.h"
#include "helper/jobs/mgr-job/command.h"
#include "helper/jobs/mgr-job/control.h"
#include "helper/jobs/mgr-job/job_leaf.h"
#include "protocol/descriptor.h"
#include "protocol/error.h"

namespace mgr {

// A job under way, whose command waits at its gate or runs.
struct RunningJob {
  const JobSpec& spec;
  const CgroupLeaf& leaf;
  const LeafSignals& signals;
  Command& command;
  Capture& capture;
  int control;  // listening
};

class Supervision {
 public:
  // Borrows the job's parts. The timeout counts from here, on the boot clock: time asleep counts.
  static Result<Supervision> begin(const RunningJob& job);

  // Until the command has ended and the leaf is empty. A stop (asked on control, by SIGTERM, or by
  // the timeout) is SIGTERM to all, the grace period, cgroup.kill, and an end of what is left
  // then. What has succeeded before is not stopped. What was printed is kept then, whoever else
  // still holds the command's pipes.
  [[nodiscard]] ExitRecord run();

 private:
  Supervision(const RunningJob& job, Control control) : job_(job), control_(std::move(control)) {}

  void wait();
  [[nodiscard]] bool has_ended();
  void begin_stop();
  void kill_tree();
  void arm_timer(std::chrono::milliseconds after);
  void on_timer();
  void on_report();
  void on_command_end();
  void on_output();
  void finish_output();

  RunningJob job_;
  Control control_;
  Descriptor timer_;
  Descriptor termination_;  // signalfd of SIGTERM
  std::vector<pollfd> polled_;
  ExitRecord record_;
  std::chrono::milliseconds kill_again_ = first_between_kills;
  bool command_ended_ = false;
  bool leaf_empty_ = false;
  bool stopping_ = false;
};

}  // namespace mgr
