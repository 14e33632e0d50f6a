// mgr-broker, entering the cage. Landlock (landlock(7)): a ruleset that handles every right that
// the kernel knows and grants none. The numbers are the kernel's; Debian's header may be older than
// it.
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>

#include "broker/cage.h"
#include "protocol/descriptor.h"

namespace mgr::broker {
namespace {

struct RulesetAttributes {
  std::uint64_t handled_access_fs = 0;
  std::uint64_t handled_access_net = 0;
  std::uint64_t scoped = 0;
};

// What each ABI added.
struct Abi {
  int number;
  RulesetAttributes rights;
  std::size_t length;  // of the structure that it takes
};
constexpr std::array<Abi, 6> abis{{
    {1, {0x1fff, 0, 0}, 8},   // execute to make_sym
    {2, {0x3fff, 0, 0}, 8},   // refer
    {3, {0x7fff, 0, 0}, 8},   // truncate
    {4, {0x7fff, 3, 0}, 16},  // bind and connect TCP
    {5, {0xffff, 3, 0}, 16},  // ioctl on devices
    {6, {0xffff, 3, 3}, 24},  // abstract UNIX sockets, signals
}};

constexpr unsigned ask_version = 1;  // LANDLOCK_CREATE_RULESET_VERSION

long create_ruleset(const RulesetAttributes* attributes, std::size_t length, unsigned flags) {
  return ::syscall(SYS_landlock_create_ruleset, attributes, length, flags);
}

}  // namespace

Result<int> restrict_with_landlock() {
  const long found = create_ruleset(nullptr, 0, ask_version);
  if (found < 0) {
    if (errno == ENOSYS || errno == EOPNOTSUPP) return 0;
    return fail_errno("Landlock");
  }
  const Abi* newest = nullptr;
  for (const Abi& abi : abis) {
    if (abi.number <= found) newest = &abi;
  }
  if (newest == nullptr) return 0;
  const Descriptor ruleset(static_cast<int>(create_ruleset(&newest->rights, newest->length, 0)));
  if (!ruleset) return fail_errno("landlock_create_ruleset");
  if (::syscall(SYS_landlock_restrict_self, ruleset.get(), 0) != 0) {
    return fail_errno("landlock_restrict_self");
  }
  return static_cast<int>(found);
}

}  // namespace mgr::broker
