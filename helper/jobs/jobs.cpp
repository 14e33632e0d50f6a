// Helper, root; distrusts the folders that it finds.
#include "helper/jobs/jobs.h"

#include <sodium/core.h>

#include <array>
#include <utility>

#include "helper/jobs/cgroup_tree.h"
#include "helper/jobs/supervised_jobs.h"

namespace mgr {

std::string_view state_name(JobState state) {
  static constexpr std::array<std::string_view, 9> names{"accepted", "queued",    "running",
                                                         "stopping", "succeeded", "failed",
                                                         "stopped",  "timed-out", "lost"};
  return names.at(static_cast<std::size_t>(state));
}

Result<std::unique_ptr<Jobs>> Jobs::open(uv_loop_t* loop, JobsSettings settings, JobEvents events) {
  if (settings.job_uid == 0 || settings.job_gid == 0) {
    return fail(ErrorCode::invalid_argument, "mgr-job needs a user of its own that is not root");
  }
  if (sodium_init() < 0) return fail(ErrorCode::failed, "libsodium does not start");
  auto store = Store::open(settings.paths.jobs_folder());
  if (!store) return tl::unexpected(store.error());
  auto tree = open_job_tree(settings.cgroup);
  if (!tree) return tl::unexpected(tree.error());
  auto loaded = store->load(settings.highest_id_in_audit);
  if (!loaded) return tl::unexpected(loaded.error());
  for (const std::string& job : loaded->set_aside) {
    if (settings.report) settings.report("left alone: job " + job);
  }
  auto jobs = std::make_unique<SupervisedJobs>(loop, std::move(settings), std::move(events),
                                               std::move(*store), std::move(*tree));
  jobs->adopt(std::move(loaded->jobs));
  return jobs;
}

}  // namespace mgr
