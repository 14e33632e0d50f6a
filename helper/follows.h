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
  // Follows a job that this request has just started, and that is stopped when nobody is there any
  // more to read it. There must be room.
  void add_own(Jobs& jobs, Errand errand, std::uint64_t id);
  // For so many more.
  [[nodiscard]] bool has_room(std::size_t more) const {
    return follows_.size() + more <= most_follows && link_.takes_files();
  }
  void job_printed(const Jobs& jobs, const Job& job, std::uint64_t bytes);
  void job_ended(const Jobs& jobs, const Job& job);
  void client_gone(Jobs& jobs, std::uint64_t reader);
  void link_lost(Jobs& jobs);

 private:
  static constexpr std::size_t most_follows = 512;  // the broker holds three descriptors for each

  struct Follow {
    Errand errand;
    std::uint64_t id;
    std::uint32_t tail;
    std::uint64_t from;
    bool owns = false;          // its job
    std::uint32_t attempt = 0;  // whose files the broker has; 0: none
  };
  // Nothing to pass before it has run.
  [[nodiscard]] Result<void> pass(const Jobs& jobs, const Job& job, Follow& follow);
  void finish(const Jobs& jobs, const Job& job, Follow& follow);

  Link& link_;
  std::vector<Follow> follows_;
};

}  // namespace mgr
