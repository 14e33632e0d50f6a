// Answers that wait until jobs have ended: of a stop, of `job wait`, and of a start with mgr-wait.
// Helper, root.
#pragma once

#include <uv.h>

#include <chrono>
#include <list>
#include <vector>

#include "helper/job_json.h"
#include "helper/jobs/jobs.h"
#include "helper/jobs/watch.h"
#include "helper/task.h"

namespace mgr {

class Waits {
 public:
  // Both outlive the waits.
  Waits(uv_loop_t* loop, Link& link) : loop_(loop), link_(link) {}
  Waits(const Waits&) = delete;
  Waits& operator=(const Waits&) = delete;

  // The answer: the jobs, when all of them have ended; at once where they have. After `limit` (0:
  // none) it is a timeout that says `late` and how many are left. A wait that belongs to no effect
  // may be refused for want of room: busy.
  void wait(const Jobs& jobs, Task task, std::vector<JobNote> notes,
            std::chrono::milliseconds limit, std::string late);

  void job_ended(const Jobs& jobs, const Job& job);
  // Nobody is there any more to be answered. What has a record goes on, for its outcome.
  void client_gone(std::uint64_t reader);
  // Nobody at all.
  void link_lost();

 private:
  struct Wait {
    Task task;
    std::vector<JobNote> notes;
    std::string late;
    std::size_t alive;
    std::unique_ptr<Watch> limit;
  };
  using Iterator = std::list<Wait>::iterator;
  void finish(const Jobs& jobs, Iterator wait);
  void give_up(Iterator wait);

  uv_loop_t* loop_;
  Link& link_;
  std::list<Wait> waits_;
};

}  // namespace mgr
