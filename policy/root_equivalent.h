// Capabilities that make their owner as good as root. mgr-configure and mgrctl.
#pragma once

#include <linux/capability.h>

#include <cstdint>

namespace mgr {

// With any of these a process can make itself root, or do what only root may: by becoming another
// user, by writing to any file or to the kernel, or by making a file that does it later.
inline constexpr unsigned root_equivalent[] = {
    CAP_CHOWN,        CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER,
    CAP_FSETID,       CAP_SETGID,       CAP_SETUID,          CAP_SETPCAP,
    CAP_SYS_MODULE,   CAP_SYS_RAWIO,    CAP_SYS_CHROOT,      CAP_SYS_PTRACE,
    CAP_SYS_ADMIN,    CAP_MKNOD,        CAP_SETFCAP,         CAP_MAC_ADMIN,
    CAP_MAC_OVERRIDE, CAP_BPF,          CAP_PERFMON,         CAP_CHECKPOINT_RESTORE};

// Of a mask with bit N for capability N.
[[nodiscard]] constexpr bool has_root_equivalent(std::uint64_t capabilities) {
  for (const unsigned number : root_equivalent) {
    if ((capabilities >> number & 1) != 0) return true;
  }
  return false;
}

}  // namespace mgr
