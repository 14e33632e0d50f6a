// `job output` and `job follow`: the output's files go to the broker, which reads them; here is
// only noted that there is more. Helper, root.
#pragma once

#include <vector>

#include "helper/errand.h"
#include "helper/jobs/jobs.h"
#include "modules/effect.h"

namespace mgr {

class Follows {
 public:
  explicit Follows(Link& link) : link_(link) {}

  // Fails with not_found for a job that is not there or is not the caller's to see, and with busy
  // where too many follow.
  void add(Jobs& jobs, Errand errand, const FollowJob& effect);
  void job_printed(const Jobs& jobs, const Job& job, std::uint64_t bytes);
  void job_ended(const Jobs& jobs, const Job& job);
  void client_gone(std::uint64_t connection);
  void link_lost() { follows_.clear(); }

 private:
  struct Follow {
    Errand errand;
    std::uint64_t id;
    std::uint32_t tail;
    std::uint64_t from;
    std::uint32_t attempt = 0;  // whose files the broker has; 0: none
  };
  // Nothing to pass before it has run.
  [[nodiscard]] Result<void> pass(const Jobs& jobs, const Job& job, Follow& follow);
  void finish(const Jobs& jobs, const Job& job, Follow& follow);

  Link& link_;
  std::vector<Follow> follows_;
};

}  // namespace mgr
