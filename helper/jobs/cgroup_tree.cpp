// Helper, root; trusts the setting.
#include "helper/jobs/cgroup_tree.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace mgr {

Result<Descriptor> open_job_tree(const std::string& folder) {
  Descriptor tree(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!tree || (mkdirat(tree.get(), "supervisors", 0755) != 0 && errno != EEXIST)) {
    return fail(ErrorCode::unavailable, folder + " (" + std::strerror(errno) +
                                            "): start mgr-jobs.service, or name a cgroup v2 folder "
                                            "in mgr.toml as [jobs] cgroup");
  }
  if (is_usable_job_tree(tree.get())) return tree;
  return fail(ErrorCode::unavailable,
              folder + ": no cgroup.kill there: Linux 5.14 or later and cgroup v2 are needed");
}

bool is_usable_job_tree(int tree) {
  return faccessat(tree, "supervisors/cgroup.kill", F_OK, 0) == 0;
}

}  // namespace mgr
