// mgr-helper, root; pure.
#include "helper/other_jobs.h"

#include <string>

namespace mgr {
namespace {

constexpr std::size_t most_named = 20;

}  // namespace

Result<void> check_others(OtherJobs others, const std::set<std::uint64_t>& alive) {
  if (others != OtherJobs::conflict || alive.empty()) return {};
  std::string named;
  std::size_t left = alive.size();
  for (const std::uint64_t id : alive) {
    if (alive.size() - left == most_named) break;
    named += (named.empty() ? " " : ", ") + std::to_string(id);
    --left;
  }
  if (left > 0) named += " and " + std::to_string(left) + " more";
  return fail(ErrorCode::conflict,
              (alive.size() == 1 ? "this job is alive:" : "these jobs are alive:") + named +
                  "; wait_for_jobs:yes waits until they have ended, force:yes does not");
}

}  // namespace mgr
