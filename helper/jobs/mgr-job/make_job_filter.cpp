// Run by the build: compiles the seccomp list of jobs with libseccomp and prints it as the
// instructions of a table. (Compiling it in every mgr-job would cost more than running a command.)
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <initializer_list>

namespace {

// Introspection of other processes, keys, programs for the kernel, interfaces that have been a way
// to root again and again, and everything that makes or enters a namespace or mount.
constexpr int forbidden[] = {SCMP_SYS(ptrace),
                             SCMP_SYS(process_vm_readv),
                             SCMP_SYS(process_vm_writev),
                             SCMP_SYS(pidfd_getfd),
                             SCMP_SYS(keyctl),
                             SCMP_SYS(add_key),
                             SCMP_SYS(request_key),
                             SCMP_SYS(bpf),
                             SCMP_SYS(io_uring_setup),
                             SCMP_SYS(io_uring_enter),
                             SCMP_SYS(io_uring_register),
                             SCMP_SYS(userfaultfd),
                             SCMP_SYS(mount),
                             SCMP_SYS(umount),
                             SCMP_SYS(umount2),
                             SCMP_SYS(pivot_root),
                             SCMP_SYS(move_mount),
                             SCMP_SYS(open_tree),
                             SCMP_SYS(fsopen),
                             SCMP_SYS(fsconfig),
                             SCMP_SYS(fsmount),
                             SCMP_SYS(fspick),
                             SCMP_SYS(mount_setattr),
                             SCMP_SYS(open_by_handle_at),
                             SCMP_SYS(unshare),
                             SCMP_SYS(setns)};

constexpr std::uint64_t namespaces[] = {CLONE_NEWNS,   CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC,
                                        CLONE_NEWUSER, CLONE_NEWPID,    CLONE_NEWNET};

// Makes a copy of a mount with other attributes, a writable one of a read-only one: open_tree_attr
// of Linux 6.15, which libseccomp 2.5 does not know. From 424 on a call has the same number for
// every processor that jobs run on, in 64 bits and in 32.
constexpr std::uint32_t open_tree_attr = 467;

// The kernel reads 32 bits of an ioctl's number, so no more are compared (CVE-2019-10063).
constexpr std::uint64_t all_32_bits = 0xFFFFFFFF;
constexpr std::uint64_t terminal_injection[] = {TIOCSTI, TIOCLINUX};

#ifdef __s390__
constexpr unsigned clone_flags_argument = 1;  // clone(2), "C library/kernel differences"
#else
constexpr unsigned clone_flags_argument = 0;
#endif

// The other languages that this machine's processes can call the kernel in: known and under the
// same list, or (x32 and whatever else) refused call by call.
bool add_architectures(scmp_filter_ctx list) {
  const std::uint32_t native = seccomp_arch_native();
  if (native == SCMP_ARCH_X86_64 && seccomp_arch_add(list, SCMP_ARCH_X86) != 0) return false;
  if (native == SCMP_ARCH_AARCH64 && seccomp_arch_add(list, SCMP_ARCH_ARM) != 0) return false;
  return seccomp_attr_set(list, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(EPERM)) == 0;
}

bool add_rules(scmp_filter_ctx list) {
  for (const int call : forbidden) {
    if (seccomp_rule_add(list, SCMP_ACT_ERRNO(EPERM), call, 0) != 0) return false;
  }
  for (const std::uint64_t flag : namespaces) {
    const scmp_arg_cmp has_flag{clone_flags_argument, SCMP_CMP_MASKED_EQ, flag, flag};
    if (seccomp_rule_add_array(list, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1, &has_flag) != 0) {
      return false;
    }
  }
  for (const std::uint64_t request : terminal_injection) {
    const scmp_arg_cmp is_request{1, SCMP_CMP_MASKED_EQ, all_32_bits, request};
    if (seccomp_rule_add_array(list, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(ioctl), 1, &is_request) != 0) {
      return false;
    }
  }
  // Its flags lie in memory, where a filter cannot look. ENOSYS makes libc fall back to clone.
  return seccomp_rule_add(list, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) == 0;
}

void print(const sock_filter& instruction) {
  std::printf("{0x%02x, %u, %u, 0x%08x},\n", instruction.code, instruction.jt, instruction.jf,
              instruction.k);
}

bool print(scmp_filter_ctx list) {
  const int file = memfd_create("filter", MFD_CLOEXEC);
  if (file < 0 || seccomp_export_bpf(list, file) != 0 || lseek(file, 0, SEEK_SET) != 0)
    return false;
  print(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)));
  print(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, open_tree_attr, 0, 1));
  print(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM));
  sock_filter instruction{};
  while (read(file, &instruction, sizeof(instruction)) == sizeof(instruction)) {
    print(instruction);
  }
  return close(file) == 0;
}

}  // namespace

int main() {
  const scmp_filter_ctx list = seccomp_init(SCMP_ACT_ALLOW);
  const bool printed = list != nullptr && add_architectures(list) && add_rules(list) && print(list);
  if (list != nullptr) seccomp_release(list);
  if (!printed) (void)std::fputs("make_job_filter: libseccomp does not know the list\n", stderr);
  return printed ? 0 : 1;
}
