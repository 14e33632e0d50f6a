// mgrctl, with the caller's own uid. Kernel and cgroups.
#include <mntent.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <linux/seccomp.h>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>

#include "client/doctor/checks.h"
#include "client/files.h"
#include "client/review/show_plan.h"
#include "protocol/descriptor.h"

namespace mgr::client {
namespace {

struct Version {
  unsigned major = 0, minor = 0;
  friend auto operator<=>(const Version&, const Version&) = default;
};
constexpr Version first_with_cgroup_kill{5, 14};
constexpr long abi_with_tcp = 4;
constexpr long abi_with_scopes = 6;

Version parse_version(std::string_view release) {
  Version version;
  const char* const end = release.data() + release.size();
  const auto read = std::from_chars(release.data(), end, version.major);
  if (read.ptr != end) std::from_chars(read.ptr + 1, end, version.minor);
  return version;
}

// What the cage has to do without; the list of system calls forbids the same more coarsely.
std::string limits_of(const KernelLook& kernel) {
  std::string text;
  if (kernel.landlock < abi_with_tcp) text += "; no rules about TCP before Linux 6.7";
  if (kernel.landlock < abi_with_scopes) text += "; none about signals before 6.12";
  if (!kernel.passrights) {
    text += "; no SO_PASSRIGHTS before 6.16, so a descriptor that is sent can hold mgr up";
  }
  return text;
}

std::string cgroup_mount(const std::string& proc) {
  const std::unique_ptr<FILE, int (*)(FILE*)> file(
      ::setmntent((proc + "/self/mounts").c_str(), "re"), ::endmntent);
  while (const mntent* mount = file ? ::getmntent(file.get()) : nullptr) {
    if (std::string_view(mount->mnt_type) == "cgroup2") return mount->mnt_dir;
  }
  return {};
}

// The cgroup of a process (cgroups(7)): the path of the line `0::`.
std::string cgroup_of(const std::string& proc, pid_t pid) {
  const std::string text = read_kernel_file(proc + '/' + std::to_string(pid) + "/cgroup");
  const auto begin = ("\n" + text).find("\n0::/");
  if (begin == std::string::npos) return {};
  return text.substr(begin + 3, text.find('\n', begin) - begin - 3);
}

// As mgr-configure finds it: mgr.toml's, or beside the helper's own.
std::string job_tree(const Subject& subject, const std::string& mount) {
  const std::string& setting = subject.settings.cgroup;
  if (!setting.empty()) return setting.starts_with(mount + "/") ? setting : mount + setting;
  if (!subject.helpers.empty()) {
    const std::string own = cgroup_of(subject.proc, subject.helpers.front().pid);
    return mount + own.substr(0, own.rfind('/') + 1) + "mgr-jobs.service";
  }
  return subject.by_systemd ? mount + "/system.slice/mgr-jobs.service" : std::string();
}

std::string start_of_jobs(const Subject& subject) {
  if (!subject.settings.cgroup.empty()) return subject.restart("mgr-helper") + ", which makes it";
  if (subject.by_systemd) return "systemctl start mgr-jobs.service";
  return "editor " + shell_word(subject.paths.settings_file()) + ": [jobs] cgroup = \"/mgr\"; " +
         subject.restart("mgr-helper") + ", which makes it";
}

// What it takes to have the controllers there that limits of whole jobs are made of.
std::string enable_controllers(const std::string& tree) {
  const std::string parent = tree.substr(0, tree.rfind('/'));
  if (read_kernel_file(parent + "/cgroup.controllers").find("pids") == std::string::npos) {
    return "cat /proc/cgroups; boot with systemd.unified_cgroup_hierarchy=1 where version 1 has "
           "them";
  }
  return "echo +pids +memory > " + shell_word(parent + "/cgroup.subtree_control");
}

// Whether its files can be written is asked of the kernel: a container may have it read-only.
void look_at_tree(const Subject& subject, const std::string& tree, Report& report) {
  const std::string kill = tree + "/cgroup.kill";
  if (::access(kill.c_str(), F_OK) != 0) {
    if (errno == EACCES) return report.skip(tree + ": is root's to look at");
    return report.fail(tree + ": has no cgroup.kill: no job can be ended with all its processes",
                       "upgrade the kernel to Linux 5.14 or later, and reboot");
  }
  if (subject.is_root && ::access(kill.c_str(), W_OK) != 0) {
    return report.fail(tree + ": cannot be written: " + std::strerror(errno),
                       "give this container a cgroup v2 of its own that it may write to");
  }
  std::string controllers = read_kernel_file(tree + "/cgroup.controllers");
  while (controllers.ends_with('\n')) controllers.pop_back();
  if (controllers.find("pids") == std::string::npos) {
    report.warn(tree + ": without the controller pids, `processes` of an action counts per user",
                enable_controllers(tree));
  }
  report.sum_up(tree + ": with the controllers " + (controllers.empty() ? "none" : controllers));
}

}  // namespace

KernelLook look_at_kernel() {
  constexpr unsigned ask_version = 1;  // LANDLOCK_CREATE_RULESET_VERSION
  constexpr int so_passrights = 83;
  KernelLook look;
  utsname name{};
  if (::uname(&name) == 0) look.release = name.release;
  look.landlock = std::max(0L, ::syscall(SYS_landlock_create_ruleset, nullptr, 0, ask_version));
  const std::uint32_t ends = SECCOMP_RET_KILL_PROCESS;
  look.seccomp = ::syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &ends) == 0;
  const Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  int value = 0;
  socklen_t length = sizeof value;
  look.passrights =
      socket && ::getsockopt(socket.get(), SOL_SOCKET, so_passrights, &value, &length) == 0;
  return look;
}

void judge_kernel(const KernelLook& kernel, Report& report) {
  if (parse_version(kernel.release) < first_with_cgroup_kill) {
    report.fail("Linux " + kernel.release + ": jobs are refused before 5.14, which has cgroup.kill",
                "upgrade the kernel to Linux 5.14 or later, and reboot");
  }
  if (!kernel.seccomp) {
    report.fail("no seccomp: mgr-broker does not start without its list of system calls",
                "boot a kernel with CONFIG_SECCOMP_FILTER, or let this container use seccomp(2)");
  }
  if (kernel.landlock == 0) {
    report.warn("no Landlock: the cage of mgr-broker is its list of system calls alone",
                "cat /sys/kernel/security/lsm; boot with landlock in lsm= of the kernel's "
                "command line");
  }
  report.sum_up("Linux " + kernel.release + ", Landlock ABI " + std::to_string(kernel.landlock) +
                limits_of(kernel));
}

void check_kernel(const Subject&, Report& report) { judge_kernel(look_at_kernel(), report); }

void check_cgroup(const Subject& subject, Report& report) {
  const std::string mount = cgroup_mount(subject.proc);
  if (mount.empty()) {
    return report.fail("cgroup v2 is not mounted: no job can be contained",
                       "mount -t cgroup2 none /sys/fs/cgroup");
  }
  const std::string tree = job_tree(subject, mount);
  if (tree.empty()) {
    return report.skip("the jobs' cgroup is beside that of mgr-helper, which does not run");
  }
  if (!exists(tree)) {
    return report.fail(tree + ": is not there: no job can start", start_of_jobs(subject));
  }
  look_at_tree(subject, tree, report);
}

}  // namespace mgr::client
