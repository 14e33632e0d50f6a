// mgr-job (root, then user mgr-job), and the command's child.
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

// Bit N of a mask is capability N.
constexpr unsigned long bits_of_a_mask = 64;

bool has(std::uint64_t mask, unsigned long capability) { return (mask >> capability & 1) != 0; }

CapabilitySets sets_of(std::uint64_t effective_and_permitted, std::uint64_t inheritable) {
  CapabilitySets sets{};
  for (std::size_t word = 0; word < sets.size(); ++word) {
    const auto part = [word](std::uint64_t mask) {
      return static_cast<std::uint32_t>(mask >> (32 * word));
    };
    sets[word].effective = sets[word].permitted = part(effective_and_permitted);
    sets[word].inheritable = part(inheritable);
  }
  return sets;
}

bool capabilities_are(const CapabilitySets& expected) {
  CapabilitySets sets{};
  const auto is_same = [](const auto& one, const auto& other) {
    return one.effective == other.effective && one.permitted == other.permitted &&
           one.inheritable == other.inheritable;
  };
  return read_capabilities(sets) && std::ranges::equal(sets, expected, is_same);
}

// Of a set that is asked for one capability at a time, until the kernel knows no such one.
bool is_exactly(std::uint64_t mask, int (*read)(unsigned long capability)) {
  for (unsigned long capability = 0; capability < bits_of_a_mask; ++capability) {
    const int found = read(capability);
    if (found < 0) return mask >> capability == 0;
    if ((found == 1) != has(mask, capability)) return false;
  }
  return true;
}

int is_bounding(unsigned long capability) { return prctl(PR_CAPBSET_READ, capability, 0, 0, 0); }

int is_ambient(unsigned long capability) {
  return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, capability, 0, 0);
}

bool narrow_bounding_set(std::uint64_t mask) {
  for (unsigned long capability = 0; capability < bits_of_a_mask; ++capability) {
    if (has(mask, capability)) continue;
    if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0) continue;
    return errno == EINVAL && capability > CAP_BPF;
  }
  return true;
}

bool raise_ambient(std::uint64_t mask) {
  for (unsigned long capability = 0; capability < bits_of_a_mask; ++capability) {
    if (!has(mask, capability)) continue;
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0) != 0) return false;
  }
  return true;
}

// Of a permitted set that has outlived setresuid.
bool take_exactly(std::uint64_t mask) {
  return write_capabilities(sets_of(mask, mask)) && raise_ambient(mask) &&
         prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) == 0;
}

bool has_exactly(std::uint64_t mask) {
  return capabilities_are(sets_of(mask, mask)) && is_exactly(mask, is_bounding) &&
         is_exactly(mask, is_ambient);
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
  const CapabilitySets kept = sets_of(1U << CAP_KILL, 0);
  if (!narrow_bounding_set(0)) return fail_errno("PR_CAPBSET_DROP");
  // The permitted set outlives setresuid, the effective one does not: capset raises it again.
  if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0) return fail_errno("PR_SET_KEEPCAPS");
  if (setgroups(0, nullptr) != 0) return fail_errno("setgroups");
  if (setresgid(gid, gid, gid) != 0) return fail_errno("setresgid");
  if (setresuid(uid, uid, uid) != 0) return fail_errno("setresuid");
  if (!write_capabilities(kept)) return fail_errno("capset");
  if (prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) != 0) return fail_errno("PR_SET_KEEPCAPS");
  if (!ids_are(uid, gid) || !groups_are({}, {}) || !capabilities_are(kept)) {
    return fail(ErrorCode::failed, "ids or capabilities are not what was set");
  }
  if (!forbid_new_privileges() || !forbid_dumps()) return fail_errno("prctl");
  return {};
}

const char* become_user(std::uint32_t uid, std::uint32_t gid, std::span<const gid_t> groups,
                        std::span<gid_t> room, std::uint64_t capabilities) {
  const bool takes_some = capabilities != 0;
  if (takes_some && !narrow_bounding_set(capabilities)) return "bounding set";
  if (takes_some && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0) return "PR_SET_KEEPCAPS";
  if (setgroups(groups.size(), groups.data()) != 0) return "setgroups";
  if (setresgid(gid, gid, gid) != 0) return "setresgid";
  if (setresuid(uid, uid, uid) != 0) return "setresuid";
  if (takes_some && !take_exactly(capabilities)) return "capabilities";
  if (!ids_are(uid, gid) || !groups_are(groups, room)) return failed_read_back();
  if (takes_some && !has_exactly(capabilities)) return failed_read_back();
  if (!takes_some && uid != 0 && !capabilities_are({})) return failed_read_back();
  return forbid_dumps() ? nullptr : "PR_SET_DUMPABLE";
}

bool forbid_new_privileges() { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0; }

bool forbid_dumps() { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0; }

}  // namespace mgr
