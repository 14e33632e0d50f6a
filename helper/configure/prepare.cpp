// mgr-configure, root. Distrusts what lies in /run.
#include "helper/configure/prepare.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "helper/jobs/cgroup_controllers.h"

namespace mgr {

Result<void> make_folder(const std::string& path, mode_t mode) {
  if (mkdir(path.c_str(), mode) == 0) {
    if (chmod(path.c_str(), mode) != 0) return fail_errno(path);  // the umask took some away
    return {};
  }
  if (errno != EEXIST) return fail_errno(path);
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0) return fail_errno(path);
  if (!S_ISDIR(status.st_mode) || status.st_uid != 0 || (status.st_mode & 022) != 0) {
    return fail(ErrorCode::failed, path + ": not a folder that root alone can write");
  }
  return {};
}

Result<void> make_folders(const Paths& paths) {
  const std::pair<std::string, mode_t> folders[] = {
      {paths.run_folder(), 0755}, {paths.state_folder(), 0755}, {paths.log_folder(), 0700}};
  for (const auto& [path, mode] : folders) {
    // Of the folders above only those of a scratch root can be missing.
    std::error_code ignored;
    const mode_t own = umask(022);
    std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
    umask(own);
    if (auto made = make_folder(path, mode); !made) return made;
  }
  return {};
}

Result<void> make_job_tree(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return fail(ErrorCode::unavailable, folder + ": " + error.message());
  enable_controllers_down_to(folder);
  return {};
}

}  // namespace mgr
