// The child of mgr-job, root; distrusts whoever can rename what lies on the way to a path.
#include "helper/jobs/mgr-job/confinement.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "protocol/descriptor.h"

namespace mgr {
namespace {

// A tenth of the machine's memory; in what is charged to the job's cgroup besides.
constexpr const char* tmp_size = "10%";
constexpr const char* tmp_inodes = "400k";

// An AF_UNIX socket will do (netdevice(7)), and is there in every kernel. An address comes to `lo`
// by itself when it goes up.
bool bring_up_loopback() {
  const Descriptor any(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  request.ifr_name[0] = 'l';
  request.ifr_name[1] = 'o';
  request.ifr_flags = IFF_UP;
  return any && ioctl(any.get(), SIOCSIFFLAGS, &request) == 0;
}

Descriptor open_place(const char* path, int flags) {
  open_how how{};
  how.flags = static_cast<__u64>(O_PATH | O_CLOEXEC | flags);
  how.resolve = RESOLVE_NO_SYMLINKS;
  return Descriptor(static_cast<int>(syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how))));
}

bool mount_onto(const Descriptor& mounted, const Descriptor& place) {
  return move_mount(mounted.get(), "", place.get(), "",
                    MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) == 0;
}

// A copy of the mounts there, read-only before anybody can see it, goes on top.
bool make_read_only(const char* path) {
  const Descriptor place = open_place(path, 0);
  if (!place) return false;
  const Descriptor copy(open_tree(
      place.get(), "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | AT_RECURSIVE));
  mount_attr read_only{};
  read_only.attr_set = MOUNT_ATTR_RDONLY;
  return copy &&
         mount_setattr(copy.get(), "", AT_EMPTY_PATH | AT_RECURSIVE, &read_only,
                       sizeof(read_only)) == 0 &&
         mount_onto(copy, place);
}

bool make_private_tmp(const char* path) {
  const Descriptor place = open_place(path, O_DIRECTORY);
  const Descriptor tmpfs(fsopen("tmpfs", FSOPEN_CLOEXEC));
  if (!place || !tmpfs) return false;
  const auto set = [&](const char* key, const char* value) {
    return fsconfig(tmpfs.get(), FSCONFIG_SET_STRING, key, value, 0) == 0;
  };
  if (!set("mode", "1777") || !set("size", tmp_size) || !set("nr_inodes", tmp_inodes)) return false;
  if (fsconfig(tmpfs.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) != 0) return false;
  const Descriptor mounted(
      fsmount(tmpfs.get(), FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV));
  return mounted && mount_onto(mounted, place);
}

// Private, not slave: what is mounted outside later would come in below a read-only path, writable.
bool leave_mount_namespace() {
  return unshare(CLONE_NEWNS) == 0 &&
         mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

}  // namespace

Confinement::Confinement(const RunSettings& run) : run_(run) {
  for (const std::string& path : run.read_only_paths) {
    read_only_.push_back({path, "read_only_paths " + path});
  }
}

const char* Confinement::apply() const {
  if (run_.private_network && (unshare(CLONE_NEWNET) != 0 || !bring_up_loopback())) {
    return "private_network";
  }
  return run_.private_tmp || !read_only_.empty() ? make_view() : nullptr;
}

const char* Confinement::make_view() const {
  if (!leave_mount_namespace()) return "mount namespace";
  for (const Place& place : read_only_) {
    if (!make_read_only(place.path.c_str())) return place.step.c_str();
  }
  if (!run_.private_tmp) return nullptr;
  if (!make_private_tmp("/tmp")) return "private_tmp /tmp";
  return make_private_tmp("/var/tmp") ? nullptr : "private_tmp /var/tmp";
}

}  // namespace mgr
