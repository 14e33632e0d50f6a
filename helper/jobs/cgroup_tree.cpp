// Helper, root; trusts /proc and the setting.
#include "helper/jobs/cgroup_tree.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "helper/jobs/cgroup_path.h"

namespace mgr {
namespace {

tl::unexpected<Error> unusable(const std::string& reason) {
  return fail(ErrorCode::unavailable,
              reason +
                  ": start mgr-jobs.service, or name a cgroup v2 folder in mgr.toml as "
                  "[jobs] cgroup");
}

Result<std::string> named_folder(const std::string& setting) {
  const auto mount = cgroup2_folder();
  if (!mount) return tl::unexpected(mount.error());
  if (setting.find("..") != std::string::npos) {
    return fail(ErrorCode::invalid_argument, "[jobs] cgroup: no .. in it");
  }
  if (setting.starts_with(*mount + "/")) return setting;
  return *mount + (setting.starts_with('/') ? "" : "/") + setting;
}

Result<std::string> tree_folder(const std::string& setting) {
  if (!setting.empty()) return named_folder(setting);
  const auto own = own_cgroup_folder();
  if (!own) return unusable(own.error().detail);
  return std::filesystem::path(*own).replace_filename("mgr-jobs.service").string();
}

}  // namespace

Result<Descriptor> open_job_tree(const std::string& setting) {
  const auto folder = tree_folder(setting);
  if (!folder) return tl::unexpected(folder.error());
  std::error_code ignored;
  if (!setting.empty()) std::filesystem::create_directories(*folder, ignored);
  Descriptor tree(open(folder->c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!tree) return unusable(*folder + " (" + std::strerror(errno) + ")");
  if (mkdirat(tree.get(), "supervisors", 0755) != 0 && errno != EEXIST) {
    return unusable(*folder + "/supervisors (" + std::strerror(errno) + ")");
  }
  if (!is_usable_job_tree(tree.get())) {
    return fail(ErrorCode::unavailable,
                *folder + ": no cgroup.kill there: Linux 5.14 or later and cgroup v2 are needed");
  }
  return tree;
}

bool is_usable_job_tree(int tree) {
  return faccessat(tree, "supervisors/cgroup.kill", F_OK, 0) == 0;
}

}  // namespace mgr
