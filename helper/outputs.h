// Answers that are what a job printed: those of requests of mode output. The
// files go to the broker, which reads them. Helper, root; reads nothing that a job printed.
#pragma once

#include <uv.h>

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "helper/answer_cache.h"
#include "helper/jobs/jobs.h"
#include "helper/task.h"

namespace mgr {

class Outputs {
 public:
  // Both outlive the outputs.
  Outputs(uv_loop_t* loop, Link& link) : link_(link), cache_(loop) {}
  Outputs(const Outputs&) = delete;
  Outputs& operator=(const Outputs&) = delete;

  // False while the broker does not take what is there for it already.
  [[nodiscard]] bool has_room() const {
    return waiting_.size() + ready_.size() < most_waiting && link_.takes_files();
  }
  // The job whose answer a request of this sharing key gets; 0 for none.
  [[nodiscard]] std::uint64_t job_of(const Jobs& jobs, const std::string& key) const {
    return cache_.job_of(jobs, key);
  }
  // Answers the task when the job has ended, and at once where it has. From now on the job is that
  // of the task's sharing key.
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
  void client_gone(std::uint64_t reader);
  void link_lost();

 private:
  static constexpr std::size_t most_waiting = 4096;

  struct Ready {
    std::uint64_t job;
    Task task;
    std::optional<std::uint64_t> age_ms{};  // of an answer that was kept
  };
  void send_one(const Jobs& jobs, Ready& ready);

  Link& link_;
  AnswerCache cache_;
  std::multimap<std::uint64_t, Task> waiting_;  // by job
  std::deque<Ready> ready_;                     // whose job has ended
  std::vector<std::uint64_t> ended_;            // to be removed
};

}  // namespace mgr
