// /var/lib/mgr/jobs on disk: the journal of accepted jobs, the folders of those that came to run or
// have ended, and the counter of ids. Helper, root; distrusts what mgr-job wrote and whatever else
// lies in the folders.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "helper/jobs/job_files.h"
#include "helper/jobs/job_folder.h"
#include "helper/jobs/journal.h"
#include "protocol/descriptor.h"
#include "protocol/error.h"

namespace mgr {

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

  // Reads all jobs. Ids go on above every folder, `highest_in_audit` and the counter's file,
  // whichever is highest.
  Result<Loaded> load(std::uint64_t highest_in_audit);

  // Never the same again, even if nothing is made with it. Blocks of 4096 are reserved on disk.
  Result<std::uint64_t> new_id();

  // The file `reserve`: room for the records of one urgent job on a full disk. False where there is
  // no room for it.
  bool set_reserve_aside();
  [[nodiscard]] bool has_room_for_reserve() const;
  void free_reserve();

  // Adds an accepted job to what the next commit() writes.
  void accept(std::uint64_t id, std::string_view encoded_spec);
  // All that was accepted, on disk; on failure none of it is.
  Result<void> commit();
  // Whether the journal is worth rewriting; and whether it may have this job, so that it must be
  // rewritten before the job's folder is removed.
  [[nodiscard]] bool journal_is_long() const { return journal_.size() > long_from_; }
  [[nodiscard]] bool journal_may_have(std::uint64_t id) const { return in_journal_.contains(id); }
  // With the specs of the jobs that still wait.
  Result<void> rewrite_journal(const std::vector<const JobSpec*>& waiting);

  // Makes the job's folder with its spec and, where that says so, its input: whole, or not at all.
  // Not on disk yet: until sync_all(), or until mgr-job sees to that, the journal has it.
  Result<void> create(const JobSpec& spec, std::string_view input = {});
  // Everything in this file system, on disk.
  [[nodiscard]] Result<void> sync_all() const;
  // Leaves no more of an ended job than tells that it has ended.
  void strip(std::uint64_t id) const;
  // Takes the folder of an ended job away.
  void remove(std::uint64_t id) const;

  // The folder of a job, O_RDONLY|O_DIRECTORY.
  [[nodiscard]] Result<Descriptor> folder(std::uint64_t id) const;

 private:
  Store(Descriptor folder, Journal journal)
      : folder_(std::move(folder)), journal_(std::move(journal)) {}
  void remove_folder(const std::string& name) const;
  void go_on_above(std::uint64_t highest);

  Descriptor folder_;
  Journal journal_;
  static constexpr std::size_t long_journal = 4 << 20;
  std::size_t long_from_ = long_journal;
  std::set<std::uint64_t> in_journal_;
  bool has_reserve_ = false;
  bool needs_journal_ = false;  // it has what could not be repaired yet
  std::string pending_;         // for the journal
  std::vector<std::uint64_t> pending_ids_;
  std::uint64_t next_id_ = 1;
  std::uint64_t reserved_below_ = 1;  // ids below it are reserved on disk
};

}  // namespace mgr
