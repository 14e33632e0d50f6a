// /var/lib/mgr/jobs on disk: the folders and the counter of ids. Helper, root; distrusts what
// mgr-job wrote and whatever else lies in the folders.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

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
  bool concluded = false;  // its end was told to the helper's answer before
};

// Owns the folder's descriptor; one Store a folder (flock, held as long as it lives).
class Store {
 public:
  struct Loaded {
    std::vector<StoredJob> jobs;         // by id
    std::vector<std::string> set_aside;  // left alone: a name, and why
  };

  // Makes the folder where missing. Refuses one that is not root's alone, or that another helper
  // has open.
  static Result<Store> open(const std::string& folder);

  // Reads all jobs, and removes those that were being made when a helper died. Ids go on above
  // every folder, `highest_in_audit` and the counter's file, whichever is highest.
  Result<Loaded> load(std::uint64_t highest_in_audit);

  // Never the same again, even if nothing is made with it. Blocks of 256 are reserved on disk.
  Result<std::uint64_t> new_id();

  // Makes the job's folder with its spec, durably; nothing is left of it on failure.
  Result<void> create(const JobSpec& spec, std::string_view encoded);

  // The folder of a job, O_RDONLY|O_DIRECTORY.
  [[nodiscard]] Result<Descriptor> folder(std::uint64_t id) const;
  [[nodiscard]] static JobRecords read_records(int folder);
  // Notes that the end was told, and removes what only a live job needs.
  static void conclude(int folder);

 private:
  explicit Store(Descriptor folder) : folder_(std::move(folder)) {}
  Result<StoredJob> read_job(std::uint64_t id) const;
  void remove_unfinished(const std::string& name) const;
  void go_on_above(std::uint64_t highest);

  Descriptor folder_;
  std::uint64_t next_id_ = 1;
  std::uint64_t reserved_below_ = 1;  // ids below it are reserved on disk
};

}  // namespace mgr
