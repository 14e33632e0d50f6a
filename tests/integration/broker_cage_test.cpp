// What the broker's own process can do once it is in the cage, tried from inside. Each try runs in
// a child of this test, as an unprivileged user where the test may choose one.
#include <fcntl.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <linux/landlock.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <functional>

#include "broker/cage.h"
#include "broker/log.h"
#include "tests/unit/broker_support.h"

namespace mgr::broker::test {
namespace {

constexpr uid_t nobody = 65534;

// Runs `attempt` in a caged child. Its status as from waitpid(2); an exit status below 200 is what
// `attempt` returned.
int in_the_cage(const std::function<int()>& attempt) {
  open_log();
  const pid_t child = ::fork();
  if (child == 0) {
    if (::geteuid() == 0 &&
        (::setgroups(0, nullptr) != 0 || ::setresgid(nobody, nobody, nobody) != 0 ||
         ::setresuid(nobody, nobody, nobody) != 0)) {
      std::_Exit(200);
    }
    if (!enter_cage()) std::_Exit(201);
    std::_Exit(attempt());
  }
  int status = -1;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return status;
}

// The errno that a system call leaves in the cage; 0 where it succeeds.
int errno_in_the_cage(const std::function<long()>& call) {
  const int status = in_the_cage([&] { return call() < 0 ? errno : 0; });
  EXPECT_TRUE(WIFEXITED(status)) << "ended by signal " << WTERMSIG(status);
  return WEXITSTATUS(status);
}

TEST(BrokerCage, RefusesToOpenFiles) {
  EXPECT_EQ(errno_in_the_cage([] { return ::open("/etc/passwd", O_RDONLY); }), EPERM);
  EXPECT_EQ(errno_in_the_cage([] { return ::open("/", O_RDONLY | O_CLOEXEC); }), EPERM);
  EXPECT_EQ(errno_in_the_cage([] { return ::open("/tmp/x", O_CREAT | O_WRONLY, 0600); }), EPERM);
  EXPECT_EQ(errno_in_the_cage([] { return ::syscall(SYS_openat2, AT_FDCWD, "/", nullptr, 0); }),
            EPERM);
  EXPECT_EQ(errno_in_the_cage([] { return ::syscall(SYS_open, "/dev/null", O_RDWR); }), EPERM);
}

// What a job printed, by a descriptor that was opened elsewhere.
TEST(BrokerCage, ReadsWhatItWasGivenButOpensNothing) {
  const Descriptor file(::memfd_create("output", MFD_CLOEXEC));
  ASSERT_EQ(::write(file.get(), "printed", 7), 7);
  EXPECT_EQ(errno_in_the_cage([&] {
              char bytes[8] = {};
              const ssize_t length = ::pread(file.get(), bytes, sizeof(bytes), 0);
              return length == 7 && std::memcmp(bytes, "printed", 7) == 0 ? 0 : -1;
            }),
            0);
}

TEST(BrokerCage, RefusesToExecuteOrFork) {
  EXPECT_EQ(errno_in_the_cage([] { return ::execl("/bin/true", "true", nullptr); }), EPERM);
  EXPECT_EQ(errno_in_the_cage([] { return ::fork(); }), EPERM);
  EXPECT_EQ(errno_in_the_cage([] { return ::syscall(SYS_clone3, nullptr, 0); }), EPERM);
}

TEST(BrokerCage, RefusesEverySocketButTheLinks) {
  const auto make = [](int family, int type) {
    return errno_in_the_cage([=] { return ::socket(family, type, 0); });
  };
  EXPECT_EQ(make(AF_INET, SOCK_STREAM), EPERM);
  EXPECT_EQ(make(AF_INET6, SOCK_DGRAM), EPERM);
  EXPECT_EQ(make(AF_NETLINK, SOCK_RAW), EPERM);
  EXPECT_EQ(make(AF_PACKET, SOCK_RAW), EPERM);
  EXPECT_EQ(make(AF_UNIX, SOCK_DGRAM), EPERM);
  EXPECT_EQ(make(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC), EPERM);
  EXPECT_EQ(make(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC), 0);
  // A family whose upper half would be cut off by the kernel.
  EXPECT_EQ(
      errno_in_the_cage([] { return ::syscall(SYS_socket, (1L << 32) | AF_INET, SOCK_STREAM, 0); }),
      EPERM);
}

TEST(BrokerCage, RefusesToTraceOrSignal) {
  EXPECT_EQ(errno_in_the_cage([] { return ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr); }), EPERM);
  EXPECT_EQ(errno_in_the_cage([] { return ::kill(::getpid(), SIGCONT); }), EPERM);
  EXPECT_EQ(errno_in_the_cage([] { return ::syscall(SYS_tkill, ::gettid(), SIGCONT); }), EPERM);
}

TEST(BrokerCage, RefusesToListen) {
  EXPECT_EQ(errno_in_the_cage([] {
              sockaddr_un address{AF_UNIX, "/tmp/mgr-never"};
              const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
              return ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address));
            }),
            EPERM);
}

TEST(BrokerCage, UnlistedCallEndsTheProcess) {
  const std::function<long()> calls[] = {
      [] { return ::syscall(SYS_mount, nullptr, nullptr, nullptr, 0, nullptr); },
      [] { return ::syscall(SYS_unlink, "/tmp/x"); },
      [] { return ::syscall(SYS_setuid, 0); },
      [] { return ::syscall(SYS_unshare, 0); },
      [] { return ::syscall(SYS_memfd_create, "x", 0); },
      [] { return ::syscall(SYS_process_vm_readv, 1, nullptr, 0, nullptr, 0, 0); },
      [] { return ::syscall(SYS_ioctl, 0, 0x5412 /* TIOCSTI */, "x"); },
      [] { return ::syscall(SYS_fcntl, 0, F_DUPFD, 10); },
      [] {
        return ::syscall(SYS_mmap, 0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                         0);
      },
  };
  for (const auto& call : calls) {
    const int status = in_the_cage([&] { return call() < 0 ? errno : 0; });
    ASSERT_TRUE(WIFSIGNALED(status));
    EXPECT_EQ(WTERMSIG(status), SIGSYS);
  }
}

TEST(BrokerCage, HasNoCapabilityAndNoNewPrivileges) {
  // Read before the filter, which knows no prctl.
  const pid_t child = ::fork();
  if (child == 0) {
    if (!drop_capabilities()) std::_Exit(1);
    std::_Exit(::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : 2);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST(BrokerCage, LandlockHoldsWithoutSeccomp) {
  const auto abi =
      ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (abi < 1) GTEST_SKIP() << "no Landlock here";
  const pid_t child = ::fork();
  if (child == 0) {
    if (!drop_capabilities()) std::_Exit(1);
    const auto found = restrict_with_landlock();
    if (!found || *found != abi) std::_Exit(2);
    if (::open("/etc/passwd", O_RDONLY) >= 0 || errno != EACCES) std::_Exit(3);
    if (::open("/", O_RDONLY | O_DIRECTORY) >= 0 || errno != EACCES) std::_Exit(4);
    if (abi >= 4) {
      sockaddr_in address{};
      address.sin_family = AF_INET;
      address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      address.sin_port = htons(9);
      const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
      const auto* any = reinterpret_cast<sockaddr*>(&address);
      if (::connect(fd, any, sizeof(address)) == 0 || errno != EACCES) std::_Exit(5);
    }
    if (abi >= 6 && (::kill(::getppid(), 0) == 0 || errno != EPERM)) std::_Exit(6);
    std::_Exit(0);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(BrokerCage, CannotReachAbstractSockets) {
  if (::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION) < 6) {
    GTEST_SKIP() << "this kernel's Landlock has no scopes";
  }
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = "mgr-broker-test-" + std::to_string(::getpid());
  name.copy(address.sun_path + 1, name.size());
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  const Descriptor listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), length), 0);
  ASSERT_EQ(::listen(listener.get(), 1), 0);
  EXPECT_EQ(errno_in_the_cage([&] {
              const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
              return ::connect(fd, reinterpret_cast<sockaddr*>(&address), length);
            }),
            EPERM);
}

// The other half of the promise: it can still do its work.
TEST(BrokerCage, BrokerServesAndReconnectsInside) {
  const TemporaryFolder folder;
  FakeHelper helper(folder.path() + "/helper.sock");
  const uid_t helper_uid = ::geteuid();
  const pid_t child = ::fork();
  if (child == 0) {
    if (::geteuid() == 0 &&
        (::setgroups(0, nullptr) != 0 || ::setresgid(nobody, nobody, nobody) != 0 ||
         ::setresuid(nobody, nobody, nobody) != 0)) {
      std::_Exit(200);
    }
    Broker broker({folder.path() + "/helper.sock", helper_uid, 100}, {}, Descriptor(),
                  Supervisor());
    if (!enter_cage() || !broker.start()) std::_Exit(201);
    std::_Exit(broker.run());
  }
  for (int i = 0; i < 2; ++i) {
    helper.wait_for_link();
    helper.send(MessageKind::hello, 0, encode(HelloMessage{root_language_version, "test"}));
    helper.send(MessageKind::settings, 0, encode(test_settings()));
    std::array<int, 2> ends{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    const Descriptor ours(ends[0]);
    std::string frame;
    append_frame(frame, MessageKind::connection, 0, encode(ConnectionMessage{1, 33, false}));
    helper.send_raw(frame, {ends[1]});
    ::close(ends[1]);
    ASSERT_EQ(::send(ours.get(), ping.data(), ping.size(), 0), static_cast<ssize_t>(ping.size()));
    helper.reply(helper.wait_for(MessageKind::run).id, "ok\n");
    std::array<char, 8> reply{};
    ASSERT_EQ(::recv(ours.get(), reply.data(), reply.size(), 0), 3);
    helper.close_link();
  }
  helper.wait_for_link();
  helper.send(MessageKind::hello, 0, encode(HelloMessage{root_language_version + 1, "end"}));
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 1);
}

}  // namespace
}  // namespace mgr::broker::test
