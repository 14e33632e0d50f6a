// A job's folder, by its descriptor: what it says of the job, and what is put there when an attempt
// or the job has ended. Helper, root; distrusts what mgr-job wrote and whatever else lies in it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "helper/jobs/job_files.h"
#include "protocol/descriptor.h"
#include "protocol/error.h"

namespace mgr {

// What a job's folder says about its end.
struct JobRecords {
  bool may_have_started = false;     // `start` exists, whatever is in it
  std::optional<StartRecord> start;  // nothing where it does not decode
  std::optional<ExitRecord> exit;    // the same
};

struct StoredJob {
  JobSpec spec;
  JobRecords records;
  bool has_folder = false;
  bool concluded = false;     // its end was told before
  std::uint32_t attempt = 1;  // the one that the records are of
};

namespace job_folder {

// The whole of it. Fails where the spec does not decode, or is that of another job.
[[nodiscard]] Result<StoredJob> read(int folder, std::uint64_t id);
[[nodiscard]] JobRecords read_records(int folder);
// What a transient job leaves where the machine goes down: what anybody was promised has its spec.
[[nodiscard]] bool has_empty_spec(int folder);
// Gives the folder its spec where it was not on disk yet when the machine went down. False where
// that cannot be done.
[[nodiscard]] bool repair(int folder, const JobSpec& spec);
// The output's files, which the helper never reads.
[[nodiscard]] Result<std::array<Descriptor, 3>> open_output(int folder);

// The end of a job that never ran; not on disk before Store::sync_all().
[[nodiscard]] Result<void> put_end(int folder, const ExitRecord& record);
// Puts the records of a failed attempt beside (start.N, exit.N), so that the next can be made.
[[nodiscard]] Result<void> set_aside(int folder, std::uint32_t attempt);
// Notes that the end was told, and removes what only a live job needs: its input, too.
void conclude(int folder);

}  // namespace job_folder
}  // namespace mgr
