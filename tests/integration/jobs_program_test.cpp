// mgr-job by itself: its command line, its descriptors, and holding the cgroup.
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "helper/jobs/mgr-job/run_job.h"
#include "helper/jobs/signal_process.h"
#include "tests/integration/jobs_fixture.h"

namespace mgr {
namespace {

namespace fs = std::filesystem;

using MgrJob = JobsTest;

int status_of(std::vector<const char*> arguments) {
  arguments.push_back(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    close_range(STDERR_FILENO, ~0U, 0);
    execv(MGR_JOB, const_cast<char**>(arguments.data()));
    _exit(99);
  }
  int status = -1;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

TEST_F(MgrJob, RefusesWhatIsNotItsCommandLine) {
  EXPECT_EQ(status_of({}), exit_usage) << "argc is 0";
  EXPECT_EQ(status_of({"mgr-job"}), exit_usage);
  for (const char* ids : {"0:0", "0:5", "5:0", "5", "5:", ":5", "-1:5", "4294967295:5", "5:5:5",
                          "+5:5", " 5:5", "4294967296:5", "root:root", ""}) {
    EXPECT_EQ(status_of({"mgr-job", "--drop-to", ids}), exit_usage) << ids;
  }
  EXPECT_EQ(status_of({"mgr-job", "--drop-to", "5:5", "x"}), exit_usage);
  EXPECT_EQ(status_of({"mgr-job", "--hold", "--root", "relative"}), exit_usage);
}

TEST_F(MgrJob, RefusesToRunWithoutItsDescriptors) {
  EXPECT_EQ(status_of({"mgr-job", "--drop-to", "5:5"}), exit_bad_descriptors);
}

TEST_F(MgrJob, HoldsTheCgroupAndTellsSystemd) {
  const fs::path notify = base_ / "notify";
  const Descriptor systemd(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  notify.string().copy(address.sun_path, sizeof(address.sun_path) - 1);
  ASSERT_EQ(bind(systemd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  const pid_t holder = fork();
  ASSERT_GE(holder, 0);
  if (holder == 0) {
    std::ofstream(tree_ / "cgroup.procs") << "0";
    setenv("NOTIFY_SOCKET", notify.c_str(), 1);
    execl(MGR_JOB, MGR_JOB, "--hold", nullptr);
    _exit(99);
  }
  char message[64] = {};
  ASSERT_GT(recv(systemd.get(), message, sizeof(message) - 1, 0), 0);
  EXPECT_STREQ(message, "READY=1");
  std::ifstream held(tree_ / "hold/cgroup.procs");
  pid_t pid = 0;
  EXPECT_TRUE(held >> pid);
  EXPECT_EQ(pid, holder);
  EXPECT_TRUE(fs::exists(tree_ / "supervisors"));
  EXPECT_TRUE(signal_process(open_process(holder).value(), SIGTERM));
  int status = -1;
  EXPECT_EQ(waitpid(holder, &status, 0), holder);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace mgr
