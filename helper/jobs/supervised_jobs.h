// The Jobs of jobs.h: a table of all jobs, and for each live one what is awaited of its mgr-job.
// Helper, root, on the loop's thread.
//
//   examine ── lock held ──▶ reconnect ──▶ (hang-up) ──▶ empty_leaf ──▶ settle ──▶ conclude
//      └─ free, never started ──▶ launch ──▶ (hang-up) ──┘
//      └─ free, started ──▶ empty_leaf
//
// A step that must wait leaves a Watch in the entry and returns.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "helper/jobs/cgroup_leaf.h"
#include "helper/jobs/jobs.h"
#include "helper/jobs/reaper.h"
#include "helper/jobs/store.h"
#include "helper/jobs/watch.h"

namespace mgr {

class SupervisedJobs final : public Jobs {
 public:
  SupervisedJobs(uv_loop_t* loop, JobsSettings settings, Ended ended, Store store, Descriptor tree);

  // Takes what the store found; the jobs without an end are examined in the loop's first turn.
  void adopt(std::vector<StoredJob> stored);

  Result<std::uint64_t> start(JobSpec spec) override;
  void stop(std::uint64_t id) override;
  [[nodiscard]] const Job* find(std::uint64_t id) const override;
  [[nodiscard]] const Job* alive_with_key(std::string_view key) const override;
  [[nodiscard]] std::vector<const Job*> of_module(std::string_view module) const override;

 private:
  // What a job needs until its end is told.
  struct Live {
    Descriptor folder;
    Descriptor control;  // connected to mgr-job; its hang-up means that mgr-job ended
    std::optional<CgroupLeaf> leaf;
    std::unique_ptr<Watch> awaited;
    bool stop_asked = false;
    int tries = 0;
  };
  struct Entry {
    Job job;
    std::unique_ptr<Live> live;  // empty once concluded
  };
  using Step = void (SupervisedJobs::*)(Entry&);

  Entry& add(JobSpec spec);
  void report(const Entry& entry, const std::string& what) const;
  Result<void> use_tree();

  void examine(Entry& entry);
  void launch(Entry& entry, const Descriptor& lock);
  Result<void> try_launch(Entry& entry, const Descriptor& lock);
  void reconnect(Entry& entry);
  void await_hang_up(Entry& entry);
  void empty_leaf(Entry& entry);
  void settle(Entry& entry);
  void conclude(Entry& entry);

  void await(Entry& entry, std::uint64_t milliseconds, Step step);
  void await(Entry& entry, int descriptor, int events, Step step);
  bool await_again(Entry& entry, Step step);
  void end_with(Entry& entry, ExitRecord record);

  uv_loop_t* loop_;
  JobsSettings settings_;
  Ended ended_;
  Store store_;
  Descriptor tree_;
  Reaper reaper_;
  std::map<std::uint64_t, Entry> entries_;  // stable addresses: Watches refer to entries
  std::map<std::string, std::uint64_t, std::less<>> alive_keys_;
};

}  // namespace mgr
