// Answers that are what a job printed: requests of mode output, and the cache of their answers. The
// files go to the broker, which reads them. Helper, root; reads nothing that a job printed.
//
// Requests with the same sharing key have one job as long as it runs, and its answer as long as the
// action's `cache` says: only one that succeeded, and whose folder is kept as long.
#pragma once

#include <uv.h>

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "helper/jobs/jobs.h"
#include "helper/jobs/watch.h"
#include "helper/task.h"
#include "modules/effect.h"
#include "policy/policy.h"

namespace mgr {

// What requests must have in common to share an answer: module, action, every argument, and the
// rule that decided; where that rule tells claimed people apart, whom they claim to act for. "" for
// what is not cached.
[[nodiscard]] std::string sharing_key(const Errand& errand, const Rule& rule, const Effect& effect);

class Outputs {
 public:
  // Both outlive the outputs.
  Outputs(uv_loop_t* loop, Link& link) : loop_(loop), link_(link) {}
  Outputs(const Outputs&) = delete;
  Outputs& operator=(const Outputs&) = delete;

  [[nodiscard]] bool has_room() const { return waiting_.size() < most_waiting; }
  // The job of this key that runs, or whose answer is kept; 0 for none.
  [[nodiscard]] std::uint64_t job_of(const Jobs& jobs, const std::string& key) const;
  // Answers the task when the job has ended, and at once where it has. From now on the job is that
  // of the task's key.
  void answer_with(const Jobs& jobs, std::uint64_t job, Task task);

  void job_ended(const Job& job);
  // Sends the answers that are there, as far as the broker takes their files.
  void send(const Jobs& jobs);
  // True where send() could go on.
  [[nodiscard]] bool has_ready() const { return !ready_.empty() && link_.takes_files(); }
  // Takes the jobs away that have been answered and are not kept for others; when their ends are in
  // the audit.
  void remove_answered(Jobs& jobs);

  // What has a record goes on, for its outcome.
  void client_gone(std::uint64_t connection);
  void link_lost();

 private:
  static constexpr std::size_t most_waiting = 4096;
  // Of ended jobs that are kept; the oldest go first.
  static constexpr std::size_t most_kept = 1024;
  static constexpr std::uint64_t most_kept_bytes = 64 << 20;

  struct Ready {
    std::uint64_t job;
    Task task;
    std::optional<std::uint64_t> age_ms{};  // of an answer that was kept
  };
  // The newest job of a key.
  struct Shared {
    std::uint64_t job = 0;
    std::uint64_t ended_ms = 0;  // loop time
    std::uint64_t bytes = 0;
    std::unique_ptr<Watch> expires{};  // once it is kept
  };

  [[nodiscard]] bool keep(const Job& job, const std::string& key);
  void let_go(const std::string& key);
  void send_one(const Jobs& jobs, Ready& ready);

  uv_loop_t* loop_;
  Link& link_;
  std::multimap<std::uint64_t, Task> waiting_;  // by job
  std::deque<Ready> ready_;                     // whose job has ended
  std::map<std::string, Shared> shared_;
  std::map<std::uint64_t, std::string> kept_;  // by job, and so by age: the key
  std::uint64_t kept_bytes_ = 0;
  std::vector<std::uint64_t> ended_;  // to be removed
};

}  // namespace mgr
