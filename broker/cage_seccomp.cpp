// mgr-broker, entering the cage. The list of system calls (seccomp(2), by libseccomp).
#include <fcntl.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "broker/cage.h"

namespace mgr::broker {
namespace {

using Filter = std::unique_ptr<void, decltype(&seccomp_release)>;

// Sockets that are open, the loop, the clock, memory, the log and the end.
constexpr int allowed[] = {
    SCMP_SYS(recvfrom),
    SCMP_SYS(recvmsg),
    SCMP_SYS(sendto),
    SCMP_SYS(sendmsg),
    SCMP_SYS(accept4),
    SCMP_SYS(shutdown),
    SCMP_SYS(close),
    SCMP_SYS(read),
    SCMP_SYS(pread64),  // a job's output, through descriptors that the helper opened
    SCMP_SYS(write),
    SCMP_SYS(writev),
    SCMP_SYS(connect),
    SCMP_SYS(epoll_wait),
    SCMP_SYS(epoll_pwait),
    SCMP_SYS(epoll_pwait2),
    SCMP_SYS(epoll_ctl),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(futex),
    SCMP_SYS(getrandom),
    SCMP_SYS(brk),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(fstat),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
#ifdef __SANITIZE_ADDRESS__
    // What the sanitizers' runtime does beside that (it probes memory through a pipe), in no other
    // build.
    SCMP_SYS(pipe2),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(sched_yield),
    SCMP_SYS(getrlimit),
    SCMP_SYS(prlimit64),
    SCMP_SYS(sched_getaffinity),
#endif
};

// Refused, but not deadly: libuv opens "/" when one of its own listeners is out of descriptors,
// glibc looks for files when it wants the time zone or the number of processors, abort() signals
// itself, and a test wants to see the rest refused.
constexpr int refused[] = {
    SCMP_SYS(open),           SCMP_SYS(openat),    SCMP_SYS(openat2),    SCMP_SYS(creat),
    SCMP_SYS(stat),           SCMP_SYS(lstat),     SCMP_SYS(newfstatat), SCMP_SYS(statx),
    SCMP_SYS(access),         SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(readlink),
    SCMP_SYS(readlinkat),     SCMP_SYS(prctl),     SCMP_SYS(execve),     SCMP_SYS(execveat),
    SCMP_SYS(fork),           SCMP_SYS(vfork),     SCMP_SYS(clone),      SCMP_SYS(clone3),
    SCMP_SYS(ptrace),         SCMP_SYS(kill),      SCMP_SYS(tkill),      SCMP_SYS(tgkill),
    SCMP_SYS(socketpair),     SCMP_SYS(bind),      SCMP_SYS(listen),     SCMP_SYS(setsockopt),
    SCMP_SYS(io_uring_setup),
};

int allow_if(scmp_filter_ctx filter, int call, scmp_arg_cmp condition) {
  return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call, 1, &condition);
}

// Memory that can never be executed.
int add_memory_rules(scmp_filter_ctx filter) {
  const scmp_arg_cmp not_executable = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
  const int status = allow_if(filter, SCMP_SYS(mmap), not_executable);
  return status != 0 ? status : allow_if(filter, SCMP_SYS(mprotect), not_executable);
}

// The link's next socket, and nothing else; a compare with more than one outcome is spelled out,
// since libseccomp has no "otherwise".
int add_socket_rules(scmp_filter_ctx filter) {
  constexpr scmp_datum_t type_mask = 0xf;  // SOCK_NONBLOCK and SOCK_CLOEXEC are above it
  int status = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(socket), 1,
                                SCMP_A0(SCMP_CMP_NE, AF_UNIX));
  for (scmp_datum_t type = 0; type <= type_mask && status == 0; ++type) {
    const std::uint32_t action = type == SOCK_STREAM ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(EPERM);
    status = seccomp_rule_add(filter, action, SCMP_SYS(socket), 2, SCMP_A0(SCMP_CMP_EQ, AF_UNIX),
                              SCMP_A1(SCMP_CMP_MASKED_EQ, type_mask, type));
  }
  return status;
}

// A few calls do many things, of which the loop wants one.
int add_narrow_rules(scmp_filter_ctx filter) {
  int status = allow_if(filter, SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_EQ, FIONBIO));
  if (status == 0) {
    status = allow_if(filter, SCMP_SYS(getsockopt), SCMP_A1(SCMP_CMP_EQ, SOL_SOCKET));
  }
  for (const int command : {F_GETFD, F_SETFD, F_GETFL, F_SETFL}) {
    if (status != 0) break;
    status =
        allow_if(filter, SCMP_SYS(fcntl), SCMP_A1(SCMP_CMP_EQ, static_cast<scmp_datum_t>(command)));
  }
  return status;
}

int add_rules(scmp_filter_ctx filter) {
  int status = 0;
  for (const int call : allowed) {
    if (status == 0) status = seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0);
  }
  for (const int call : refused) {
    if (status == 0) status = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), call, 0);
  }
  if (status == 0) status = add_memory_rules(filter);
  if (status == 0) status = add_socket_rules(filter);
  return status != 0 ? status : add_narrow_rules(filter);
}

}  // namespace

Result<void> restrict_system_calls() {
  const Filter filter(seccomp_init(SCMP_ACT_KILL_PROCESS), seccomp_release);
  if (!filter) return fail(ErrorCode::failed, "seccomp_init");
  int status = add_rules(filter.get());
  if (status == 0) status = seccomp_load(filter.get());
  if (status == 0) return {};
  return fail(ErrorCode::failed, std::string("seccomp: ") + std::strerror(-status));
}

}  // namespace mgr::broker
