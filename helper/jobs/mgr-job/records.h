// The files `start` and `exit` of a job's folder, held open by mgr-job. Opened as root, written as
// user mgr-job.
#pragma once

#include "helper/jobs/job_files.h"
#include "protocol/descriptor.h"
#include "protocol/error.h"

namespace mgr {

class Records {
 public:
  // Fails where one of them exists: the command may have run before, and runs at most once. Sets
  // space aside for the exit record; without it nothing starts.
  static Result<Records> open(int folder, bool durable);

  // Once each; where they are durable, on disk when they return, and after write_start the whole
  // folder is. It needs root.
  [[nodiscard]] Result<void> write_start() const;
  [[nodiscard]] Result<void> write_exit(ExitRecord record) const;  // ended_us is set here

 private:
  Records(int folder, bool durable) : folder_(folder), durable_(durable) {}
  int folder_;
  bool durable_;
  Descriptor start_, exit_;
};

}  // namespace mgr
