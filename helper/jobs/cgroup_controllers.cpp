// mgr-configure and mgr-job --hold, root; trusts the kernel.
#include "helper/jobs/cgroup_controllers.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <string_view>

#include "protocol/descriptor.h"

namespace mgr {
namespace {

constexpr const char* handed_down = "/cgroup.subtree_control";

// "/a" of "/a/b"; "" at the top.
std::string parent_of(const std::string& folder) {
  const std::size_t slash = folder.rfind('/');
  return slash == std::string::npos ? "" : folder.substr(0, slash);
}

}  // namespace

void enable_controllers(const std::string& folder) {
  const Descriptor file(open((folder + handed_down).c_str(), O_WRONLY | O_CLOEXEC));
  // Each by itself: the kernel takes all of one write or nothing.
  for (const std::string_view controller : {"+memory", "+pids"}) {
    if (file) (void)!write(file.get(), controller.data(), controller.size());
  }
}

void enable_controllers_down_to(const std::string& folder) {
  const std::string parent = parent_of(folder);
  if (access((parent + handed_down).c_str(), F_OK) == 0) enable_controllers_down_to(parent);
  enable_controllers(folder);
}

std::string controllers_of(const std::string& folder) {
  const Descriptor file(open((folder + "/cgroup.controllers").c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return folder.empty() ? "" : controllers_of(parent_of(folder));
  std::array<char, 4096> text{};
  const ssize_t length = read(file.get(), text.data(), text.size());
  std::string_view line(text.data(), length > 0 ? static_cast<std::size_t>(length) : 0);
  if (line.ends_with('\n')) line.remove_suffix(1);
  return std::string(line);
}

}  // namespace mgr
