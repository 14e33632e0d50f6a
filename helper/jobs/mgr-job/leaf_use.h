// What a job's tree used. mgr-job, opened as root and read as user mgr-job.
#pragma once

#include "helper/jobs/cgroup_leaf.h"
#include "helper/jobs/job_files.h"
#include "protocol/descriptor.h"

namespace mgr {

class LeafUse {
 public:
  // cpu.stat, and memory.peak where the machine has it (Linux 5.19, with the memory controller).
  static LeafUse open(const CgroupLeaf& leaf);

  // Once the leaf is empty and the command reaped. Where there is no memory.peak, it is the largest
  // resident set of the command or a process that it waited for (getrusage(2)).
  void add_to(ExitRecord& record) const;

 private:
  Descriptor processor_, memory_;
};

}  // namespace mgr
