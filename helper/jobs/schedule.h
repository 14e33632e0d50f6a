// Which of the jobs that wait may run: pure bookkeeping over the limits of their actions. Helper.
//
// A job waits while as many run as may in all or of its action, or while its lock is held. Among
// those that may run the oldest is next. One that is urgent has a place in all at any time. One
// that runs alone waits until no other job of mode job is alive, be it that this one runs, waits,
// or waits for its next attempt.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "helper/jobs/job_files.h"

namespace mgr {

class Schedule {
 public:
  explicit Schedule(std::uint32_t most_in_all) : most_in_all_(most_in_all) {}
  void set_most(std::uint32_t in_all) { most_in_all_ = in_all; }

  // False where the job would wait behind as many of its action as its queue has room for. Those
  // that wait for their next attempt count: each will want a place.
  [[nodiscard]] bool has_room_for(const JobSpec& spec) const;

  // A job of mode job is alive from enter() to end(); the others are in no one's way.
  void enter(const JobSpec& spec);
  void end(const JobSpec& spec);  // it leaves, too
  [[nodiscard]] const std::set<std::uint64_t>& alive() const { return alive_; }
  [[nodiscard]] bool has_urgent() const { return !urgent_.empty(); }
  // Which of them runs alone, or waits to; 0 for none.
  [[nodiscard]] std::uint64_t alone() const { return alone_.empty() ? 0 : *alone_.begin(); }

  // Each job is in one of four places, and moves with these: nowhere, waiting, running, resting
  // until its next attempt.
  void wait(const JobSpec& spec);
  void run(const JobSpec& spec);
  void rest(const JobSpec& spec);
  void leave(const JobSpec& spec);

  // The waiting job that may run now; 0 for none. run() it before asking again.
  [[nodiscard]] std::uint64_t next() const;

 private:
  struct Waiting {
    std::uint32_t max_running;
    std::string lock;
    bool alone, urgent;
  };
  struct Kind {
    std::map<std::uint64_t, Waiting> waiting;
    std::set<std::uint64_t> running, resting;
    [[nodiscard]] std::size_t places(std::uint32_t max_running, std::size_t in_all) const;
  };
  [[nodiscard]] std::size_t places_in_all(bool urgent) const;
  [[nodiscard]] bool has_others(std::uint64_t id) const { return alive_.size() > alive_.count(id); }

  std::uint32_t most_in_all_;
  std::size_t running_ = 0;
  std::map<std::string, Kind> kinds_;           // by module and action
  std::map<std::string, std::uint64_t> locks_;  // who holds them
  std::set<std::uint64_t> alive_, alone_, urgent_;
};

}  // namespace mgr
