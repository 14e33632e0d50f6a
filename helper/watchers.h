// `job watch`: every change of the jobs that a caller may see, as long as the client is there.
// Helper, root.
#pragma once

#include <vector>

#include "helper/errand.h"
#include "helper/jobs/jobs.h"
#include "modules/effect.h"

namespace mgr {

class Watchers {
 public:
  explicit Watchers(Link& link) : link_(link) {}

  // Answers at once with no jobs, so that the client knows that nothing is missed from here on.
  // Fails with busy where too many watch.
  void add(Errand errand, JobSelection selection);
  void job_changed(const Job& job);
  void client_gone(std::uint64_t reader);
  void link_lost() { watchers_.clear(); }

 private:
  struct Watcher {
    Errand errand;
    JobSelection selection;
  };
  Link& link_;
  std::vector<Watcher> watchers_;
};

}  // namespace mgr
