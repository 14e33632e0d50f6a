// The file `accepted` beside the jobs' folders: the specs of jobs that were accepted and may not
// have a folder on disk yet. So a whole turn's jobs are durable with one fdatasync(2), and a job
// that waits costs no folder. Helper, root; distrusts the bytes (a torn end is cut off).
//
// What is durable when: a spec here before its job is answered; the job's folder, its spec and its
// start record before the command runs (mgr-job's fsyncs); its exit record before its end is told.
// A spec is dropped from here only by rewrite(), after syncfs(2).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "helper/jobs/job_files.h"
#include "protocol/descriptor.h"
#include "protocol/error.h"

namespace mgr {

class Journal {
 public:
  // Opens the file in the folder, which is borrowed for the call, or makes it.
  static Result<Journal> open(int folder);

  // The whole records in it, in the order in which they were accepted. What a torn one left behind
  // them is written over by the next append.
  [[nodiscard]] Result<std::vector<JobSpec>> read();

  // One record, as append() takes them one behind the other.
  static void put(std::string& records, std::string_view encoded_spec);
  // On disk when it returns; on failure the file is as before.
  Result<void> append(std::string_view records);
  // Makes these the only ones, after everything else in this file system is on disk.
  Result<void> rewrite(int folder, std::string_view records);
  // In bytes.
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  explicit Journal(Descriptor file) : file_(std::move(file)) {}
  Descriptor file_;
  std::size_t size_ = 0;
};

}  // namespace mgr
