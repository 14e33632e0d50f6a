// mgr-broker as a program: how it starts, what it tells its supervisor, how it ends.
#include <fcntl.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "broker/address.h"
#include "broker/listener.h"
#include "protocol/paths.h"
#include "tests/unit/broker_support.h"

namespace mgr::broker::test {
namespace {

constexpr uid_t nobody = 65534;

// A child of this test that runs mgr-broker with these words and this environment.
class Program {
 public:
  // `listener` is passed as systemd passes one (sd_listen_fds(3)); -1 for none.
  Program(std::vector<std::string> words, std::vector<std::string> environment, bool as_nobody,
          int listener = -1) {
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) std::abort();
    log_ = Descriptor(pipe[0]);
    child_ = ::fork();
    if (child_ != 0) {
      ::close(pipe[1]);
      return;
    }
    ::dup2(pipe[1], STDERR_FILENO);
    ::dup2(pipe[1], STDOUT_FILENO);
    if (listener >= 0) {
      ::dup2(listener, 3);
      environment.push_back("LISTEN_FDS=1");
      environment.push_back("LISTEN_PID=" + std::to_string(::getpid()));
    }
    if (as_nobody && ::geteuid() == 0 &&
        (::setgroups(0, nullptr) != 0 || ::setresgid(nobody, nobody, nobody) != 0 ||
         ::setresuid(nobody, nobody, nobody) != 0)) {
      std::_Exit(200);
    }
    ::execve(MGR_BROKER_PROGRAM, pointers(words).data(), pointers(environment).data());
    std::_Exit(201);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program() {
    if (child_ > 1) end(SIGKILL);
  }

  // What it has written, to its end.
  std::string log() {
    std::string text;
    std::array<char, 4096> buffer{};
    for (ssize_t got; (got = ::read(log_.get(), buffer.data(), buffer.size())) > 0;) {
      text.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return text;
  }
  // Reads the log until `text` has come.
  bool logs(const std::string& text) {
    std::string seen;
    char byte = 0;
    while (seen.find(text) == std::string::npos) {
      if (::read(log_.get(), &byte, 1) != 1) return false;
      seen += byte;
    }
    return true;
  }
  int wait() {
    int status = -1;
    ::waitpid(std::exchange(child_, -1), &status, 0);
    return status;
  }
  int end(int signal) {
    signal_child(signal);
    return wait();
  }
  void signal_child(int signal) const {
    if (child_ > 1) ::kill(child_, signal);
  }

 private:
  static std::vector<char*> pointers(std::vector<std::string>& words) {
    std::vector<char*> result;
    for (std::string& word : words) result.push_back(word.data());
    result.push_back(nullptr);
    return result;
  }

  pid_t child_ = -1;
  Descriptor log_;
};

class BrokerProgram : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(paths.run_folder());
    std::filesystem::create_directories(paths.etc());
  }
  std::vector<std::string> words(const std::string& listen = "127.0.0.1:0") {
    return {"mgr-broker", "--root", folder.path(), "--listen", listen};
  }
  TemporaryFolder folder;
  Paths paths{folder.path()};
};

TEST_F(BrokerProgram, RefusesToRunAsRoot) {
  if (::geteuid() != 0) GTEST_SKIP() << "not root here";
  Program program(words(), {}, false);
  EXPECT_NE(program.log().find("started as root"), std::string::npos);
  EXPECT_EQ(WEXITSTATUS(program.wait()), 1);
}

TEST_F(BrokerProgram, EmptyArgvEndsCleanly) {
  Program program({}, {}, true);
  EXPECT_NE(program.log().find("without a program name"), std::string::npos);
  EXPECT_EQ(WEXITSTATUS(program.wait()), 2);
}

TEST_F(BrokerProgram, BrokenSettingsStopTheStart) {
  std::ofstream(paths.settings_file()) << "[broker]\nlisten = \"nowhere\"\n";
  Program address({"mgr-broker", "--root", folder.path()}, {}, true);
  EXPECT_NE(address.log().find("not an address"), std::string::npos);
  EXPECT_EQ(WEXITSTATUS(address.wait()), 1);
  std::ofstream(paths.settings_file()) << "[broker]\nlisten = \n";
  Program broken({"mgr-broker", "--root", folder.path()}, {}, true);
  EXPECT_NE(broken.log().find("mgr.toml:2: "), std::string::npos);
  EXPECT_EQ(WEXITSTATUS(broken.wait()), 1);
}

TEST_F(BrokerProgram, UnknownOptionIsRefused) {
  Program program({"mgr-broker", "--colour"}, {}, true);
  EXPECT_NE(program.log().find("usage:"), std::string::npos);
  EXPECT_EQ(WEXITSTATUS(program.wait()), 2);
}

TEST_F(BrokerProgram, EndsCleanlyAtSigterm) {
  Program program(words(), {}, true);
  ASSERT_TRUE(program.logs("helper.sock"));
  const int status = program.end(SIGTERM);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST_F(BrokerProgram, ServesOnASocketThatItWasPassed) {
  const auto listener = listen_on(*parse_address("127.0.0.1:0"));
  ASSERT_TRUE(listener);
  Address address;
  ASSERT_EQ(::getsockname(listener->get(), address.get(), &address.length), 0);
  Program program({"mgr-broker", "--root", folder.path()}, {}, true, listener->get());
  const Descriptor client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::connect(client.get(), address.get(), address.length), 0);
  ASSERT_EQ(::send(client.get(), ping.data(), ping.size(), 0), static_cast<ssize_t>(ping.size()));
  std::array<char, 256> reply{};
  const ssize_t got = ::recv(client.get(), reply.data(), reply.size(), 0);
  ASSERT_GT(got, 0);
  // There is no helper.
  EXPECT_EQ(code_of({reply.data(), static_cast<std::size_t>(got)}), 8);
  EXPECT_EQ(WEXITSTATUS(program.end(SIGTERM)), 0);
}

TEST_F(BrokerProgram, StormOfOtherSignalsIsNothing) {
  Program program(words(), {}, true);
  ASSERT_TRUE(program.logs("helper.sock"));
  for (int i = 0; i < 1000; ++i) {
    for (const int signal : {SIGALRM, SIGCHLD, SIGHUP, SIGPIPE, SIGUSR1}) {
      program.signal_child(signal);
    }
  }
  EXPECT_EQ(WEXITSTATUS(program.end(SIGINT)), 0);
}

TEST_F(BrokerProgram, TellsReadyOnceCagedAndLinked) {
  if (::geteuid() != 0) GTEST_SKIP() << "the helper's socket must be root's";
  FakeHelper helper(paths.helper_socket());
  const std::string path = folder.path() + "/notify";
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  const Descriptor notify(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::bind(notify.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  std::filesystem::permissions(path, std::filesystem::perms::all);

  Program program(words(), {"NOTIFY_SOCKET=" + path, "WATCHDOG_USEC=20000"}, true);
  std::array<char, 64> buffer{};
  const auto next = [&] {
    const ssize_t got = ::recv(notify.get(), buffer.data(), buffer.size(), 0);
    return std::string(buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  };
  EXPECT_EQ(next(), "WATCHDOG=1");
  EXPECT_EQ(next(), "WATCHDOG=1");
  helper.wait_for_link();
  helper.send(MessageKind::hello, 0, encode(HelloMessage{root_language_version, "test"}));
  helper.send(MessageKind::settings, 0, encode(test_settings()));
  std::string told;
  do {
    told = next();
  } while (told == "WATCHDOG=1");
  EXPECT_EQ(told, "READY=1");
  program.signal_child(SIGTERM);
  do {
    told = next();
  } while (told == "WATCHDOG=1");
  EXPECT_EQ(told, "STOPPING=1");
  EXPECT_EQ(WEXITSTATUS(program.wait()), 0);
}

}  // namespace
}  // namespace mgr::broker::test
