// Helper (root), mgr-job (root, then user mgr-job), the command's child.
#include "helper/jobs/mgr-job/privilege.h"

#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace mgr {
namespace {

// As capget(2) and capset(2) take them: two words a set. Raw calls, because the child of mgr-job
// may not allocate, and because libcap-ng's change of ids draws the whole user database into the
// static mgr-job.
using CapabilitySets = std::array<__user_cap_data_struct, 2>;

bool read_capabilities(CapabilitySets& sets) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  return syscall(SYS_capget, &header, sets.data()) == 0;
}

bool write_capabilities(const CapabilitySets& sets) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  return syscall(SYS_capset, &header, sets.data()) == 0;
}

// Effective and permitted are exactly `first` (the capabilities 0 to 31), inheritable is none.
bool capabilities_are(std::uint32_t first) {
  CapabilitySets sets{};
  return read_capabilities(sets) && sets[0].effective == first && sets[0].permitted == first &&
         sets[1].effective == 0 && sets[1].permitted == 0 && sets[0].inheritable == 0 &&
         sets[1].inheritable == 0;
}

// Until the kernel knows no such capability.
bool empty_bounding_set() {
  unsigned long capability = 0;
  while (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0) ++capability;
  return errno == EINVAL && capability > CAP_BPF;
}

bool ids_are(std::uint32_t uid, std::uint32_t gid) {
  std::array<uid_t, 3> uids{};
  std::array<gid_t, 3> gids{};
  return getresuid(&uids[0], &uids[1], &uids[2]) == 0 &&
         getresgid(&gids[0], &gids[1], &gids[2]) == 0 && std::ranges::count(uids, uid) == 3 &&
         std::ranges::count(gids, gid) == 3;
}

bool groups_are(std::span<const gid_t> groups, std::span<gid_t> room) {
  if (getgroups(0, nullptr) != static_cast<int>(groups.size())) return false;
  if (getgroups(static_cast<int>(room.size()), room.data()) < 0) return false;
  std::ranges::sort(room);
  return std::ranges::equal(groups, room);
}

const char* failed_read_back() {
  errno = EPERM;
  return "reading the ids back";
}

}  // namespace

Result<void> drop_inheritable_capabilities() {
  CapabilitySets sets{};
  if (!read_capabilities(sets)) return fail_errno("capget");
  for (auto& set : sets) set.inheritable = 0;
  // What is not inheritable cannot be ambient: the kernel takes both away.
  if (!write_capabilities(sets)) return fail_errno("capset");
  return {};
}

Result<void> become_supervisor(std::uint32_t uid, std::uint32_t gid) {
  constexpr std::uint32_t only_kill = 1U << CAP_KILL;
  CapabilitySets kept{};
  kept[0].effective = kept[0].permitted = only_kill;
  if (!empty_bounding_set()) return fail_errno("PR_CAPBSET_DROP");
  // The permitted set outlives setresuid, the effective one does not: capset raises it again.
  if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0) return fail_errno("PR_SET_KEEPCAPS");
  if (setgroups(0, nullptr) != 0) return fail_errno("setgroups");
  if (setresgid(gid, gid, gid) != 0) return fail_errno("setresgid");
  if (setresuid(uid, uid, uid) != 0) return fail_errno("setresuid");
  if (!write_capabilities(kept)) return fail_errno("capset");
  if (prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) != 0) return fail_errno("PR_SET_KEEPCAPS");
  if (!ids_are(uid, gid) || !groups_are({}, {}) || !capabilities_are(only_kill)) {
    return fail(ErrorCode::failed, "ids or capabilities are not what was set");
  }
  if (!forbid_new_privileges() || !forbid_dumps()) return fail_errno("prctl");
  return {};
}

const char* become_user(std::uint32_t uid, std::uint32_t gid, std::span<const gid_t> groups,
                        std::span<gid_t> room) {
  if (setgroups(groups.size(), groups.data()) != 0) return "setgroups";
  if (setresgid(gid, gid, gid) != 0) return "setresgid";
  if (setresuid(uid, uid, uid) != 0) return "setresuid";
  if (!ids_are(uid, gid) || !groups_are(groups, room)) return failed_read_back();
  if (uid != 0 && !capabilities_are(0)) return failed_read_back();
  return forbid_dumps() ? nullptr : "PR_SET_DUMPABLE";
}

bool forbid_new_privileges() { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0; }

bool forbid_dumps() { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0; }

}  // namespace mgr
