// The Jobs of jobs.h: a table of all jobs, and for each live one what is awaited. Helper, root, on
// the loop's thread.
//
//   accept ─▶ commit ─▶ (schedule) ─▶ launch ─▶ await_hang_up ─▶ empty_leaf ─▶ settle ─▶ conclude
//                           ▲                       ▲                │ retried    │
//   examine ─ never started ┘                       │                ▼            ▼ record_end
//      ├───── lock held ──▶ reconnect ──────────────┘            (schedule)
//      └───── free, started ──▶ empty_leaf
//
// A step that must wait leaves a Watch in the entry and returns. What is asked of the jobs is in
// supervised_jobs.cpp, the way from the queue to a mgr-job in launching.cpp, that from there to the
// end in supervision.cpp.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "helper/jobs/cgroup_leaf.h"
#include "helper/jobs/job_input.h"
#include "helper/jobs/jobs.h"
#include "helper/jobs/reaper.h"
#include "helper/jobs/request_index.h"
#include "helper/jobs/schedule.h"
#include "helper/jobs/store.h"
#include "helper/jobs/watch.h"

namespace mgr {

// A job's end at this moment, which the helper itself records.
[[nodiscard]] ExitRecord ended_now(JobOutcome outcome, std::string detail);

class SupervisedJobs final : public Jobs {
 public:
  SupervisedJobs(uv_loop_t* loop, JobsSettings settings, JobEvents events, Store store,
                 Descriptor tree);
  ~SupervisedJobs() override { SupervisedJobs::ends_are_kept(); }
  SupervisedJobs(const SupervisedJobs&) = delete;
  SupervisedJobs& operator=(const SupervisedJobs&) = delete;

  // Takes what the store found; the jobs without an end are examined in the loop's first turn.
  void adopt(std::vector<StoredJob> stored);

  Result<std::uint64_t> accept(JobSpec spec, std::string input = {}) override;
  void withdraw(std::uint64_t id) override;
  Result<void> commit() override;
  void set_limits(std::uint32_t max_running, Keep keep) override;
  void stop(std::uint64_t id) override;
  void ends_are_kept() override;
  Result<std::uint64_t> remove(std::uint64_t id) override;
  [[nodiscard]] Result<std::array<Descriptor, 3>> open_output(std::uint64_t id) const override;
  void follow(std::uint64_t id) override;
  [[nodiscard]] const Job* find(std::uint64_t id) const override;
  [[nodiscard]] const Job* alive_with_key(std::string_view key) const override;
  [[nodiscard]] const std::set<std::uint64_t>& alive() const override { return schedule_.alive(); }
  [[nodiscard]] std::set<std::uint64_t> of_request(const Asker& asker,
                                                   std::string_view request_id) const override;
  [[nodiscard]] std::vector<const Job*> of_module(std::string_view module) const override;

 private:
  // What a job needs until its end is told.
  struct Live {
    ~Live() { wipe(input); }
    // That is not elsewhere: a body until commit(), secrets until mgr-job has them.
    std::optional<std::string> input;
    bool has_folder = false;
    Descriptor folder;
    Descriptor control;  // connected to mgr-job; its hang-up means that mgr-job ended
    std::optional<CgroupLeaf> leaf;
    std::unique_ptr<Watch> awaited;
    std::unique_ptr<Watch> overdue;  // of a stop
    bool stop_asked = false;
    bool followed = false;
    int tries = 0;
  };
  struct Entry {
    Job job;
    std::unique_ptr<Live> live;  // empty once concluded
  };
  using Step = void (SupervisedJobs::*)(Entry&);
  // Between the tries of what only a disk with room can end.
  static constexpr std::uint64_t full_disk_ms = 1000;

  Entry& add(JobSpec spec);
  [[nodiscard]] Result<void> check_alone(const JobSpec& spec) const;
  bool has_room_on_disk();
  [[nodiscard]] bool has_room_for_input(const Asker& asker, std::uint64_t bytes) const;
  void forget(std::uint64_t id);
  void free_key(const JobSpec& spec);
  void set_state(Entry& entry, JobState state);
  void report(const Entry& entry, const std::string& what) const;
  Result<void> use_tree();
  Result<void> put_inputs(const std::map<std::uint64_t, std::string>& accepted);
  Result<void> shorten_journal();
  void keep_to_limits();

  // The schedule's side.
  [[nodiscard]] static std::string obstacle(const Entry& entry);
  void enqueue(Entry& entry);
  void run_what_may();
  void launch(Entry& entry);
  Result<void> open_folder(Entry& entry);
  Result<Descriptor> open_input(const Entry& entry) const;
  Result<void> try_launch(Entry& entry);

  void examine(Entry& entry);
  void reconnect(Entry& entry);
  void await_hang_up(Entry& entry);
  void hear_control(Entry& entry);
  void enforce_stop(Entry& entry, std::chrono::milliseconds after);
  void sweep(const Entry& entry, const CgroupLeaf& leaf);
  void empty_leaf(Entry& entry);
  void settle(Entry& entry);
  bool retry(Entry& entry);
  void end_unstarted(Entry& entry);
  void sync_unstarted();
  void end_with(Entry& entry, ExitRecord record);
  void record_end(Entry& entry);
  void conclude(Entry& entry);

  void await(Entry& entry, std::uint64_t milliseconds, Step step);
  void await(Entry& entry, int descriptor, int events, Step step);
  bool await_again(Entry& entry, Step step);

  uv_loop_t* loop_;
  JobsSettings settings_;
  JobEvents events_;
  Store store_;
  Descriptor tree_;
  Reaper reaper_;
  Schedule schedule_;
  Retention retention_;
  std::unique_ptr<Watch> next_removal_;
  std::vector<std::uint64_t> told_;         // whose end was told, and may not be kept yet
  std::map<std::uint64_t, Entry> entries_;  // stable addresses: Watches refer to entries
  std::map<std::string, std::uint64_t, std::less<>> alive_keys_;
  RequestIndex requests_;
  std::map<std::uint64_t, std::string> accepted_;  // since the last commit, encoded
  std::deque<std::uint64_t> unstarted_;            // stopped while they waited; not told yet
  std::size_t synced_ends_ = 0;                    // so many of them are on disk
  std::unique_ptr<Watch> sync_unstarted_;
};

}  // namespace mgr
