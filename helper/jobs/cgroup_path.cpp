// mgr-configure and mgr-job, root; trusts /proc and the setting.
#include "helper/jobs/cgroup_path.h"

#include <fcntl.h>
#include <mntent.h>
#include <unistd.h>

#include <array>
#include <memory>

#include "protocol/descriptor.h"

namespace mgr {

Result<std::string> cgroup2_folder(const char* mounts) {
  struct Close {
    void operator()(FILE* file) const { endmntent(file); }
  };
  const std::unique_ptr<FILE, Close> file(setmntent(mounts, "re"));
  while (const mntent* mount = file ? getmntent(file.get()) : nullptr) {
    if (std::string_view(mount->mnt_type) == "cgroup2") return mount->mnt_dir;
  }
  return fail(ErrorCode::unavailable, "cgroup v2 is not mounted");
}

std::string find_own_cgroup(std::string_view cgroups) {
  while (!cgroups.empty()) {
    const std::string_view line = cgroups.substr(0, cgroups.find('\n'));
    if (line.starts_with("0::/")) return std::string(line.substr(3));
    cgroups.remove_prefix(std::min(line.size() + 1, cgroups.size()));
  }
  return "";
}

Result<std::string> own_cgroup_folder() {
  const auto folder = cgroup2_folder();
  if (!folder) return folder;
  const Descriptor file(open("/proc/self/cgroup", O_RDONLY | O_CLOEXEC));
  std::array<char, 1 << 14> text{};
  const ssize_t length = read(file.get(), text.data(), text.size());
  if (length < 0) return fail_errno("/proc/self/cgroup");
  const std::string own = find_own_cgroup({text.data(), static_cast<std::size_t>(length)});
  if (own.empty()) return fail(ErrorCode::unavailable, "this process is in no cgroup v2");
  return *folder + (own == "/" ? "" : own);
}

Result<std::string> job_tree_folder(const std::string& setting) {
  if (setting.empty()) {
    const auto own = own_cgroup_folder();
    if (!own) return own;
    return own->substr(0, own->rfind('/') + 1) + "mgr-jobs.service";
  }
  const auto mount = cgroup2_folder();
  if (!mount) return mount;
  if (setting.find("..") != std::string::npos) {
    return fail(ErrorCode::invalid_argument, "[jobs] cgroup: no .. in it");
  }
  if (setting.starts_with(*mount + "/")) return setting;
  return *mount + (setting.starts_with('/') ? "" : "/") + setting;
}

}  // namespace mgr
