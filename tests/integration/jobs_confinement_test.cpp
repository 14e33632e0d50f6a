// What a command is left with, whatever state the helper was in; and what mgr-job listens to.
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gmock/gmock.h>

#include <fstream>
#include <set>
#include <sstream>

#include "helper/capabilities.h"
#include "tests/integration/jobs_fixture.h"

namespace mgr {
namespace {

namespace fs = std::filesystem;

using ::testing::ElementsAre;
using ::testing::StartsWith;

using JobConfinement = JobsTest;

// The lines that begin with `front`, without it.
std::vector<std::string> lines(const std::string& text, const std::string& front) {
  std::vector<std::string> found;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(front)) found.push_back(line.substr(front.size()));
  }
  return found;
}

using Lines = std::vector<std::string>;

// A helper in as bad a state as can be: signals blocked and ignored, descriptors that pass execve,
// variables, a low priority.
void make_dirty() {
  sigset_t some;
  sigemptyset(&some);
  for (const int number : {SIGTERM, SIGUSR1, SIGCHLD}) sigaddset(&some, number);
  sigprocmask(SIG_BLOCK, &some, nullptr);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGHUP, SIG_IGN);
  for (int i = 0; i < 20; ++i) (void)!open("/etc/passwd", O_RDONLY);
  setenv("LD_PRELOAD", "/tmp/evil.so", 1);
  setenv("BASH_FUNC_x", "() { :;}; id", 1);
  std::ofstream("/proc/self/oom_score_adj") << "300";
  (void)!nice(5);
}

TEST_F(JobConfinement, CommandStartsCleanWhateverTheHelperIsLike) {
  const int status = status_in_a_helper([this] {
    make_dirty();
    open_jobs();
    JobSpec spec = probe({"state", (work_ / "state").string()});
    spec.run.environment = {"PATH=/usr/bin", "ONLY=this"};
    spec.run.groups = {61300, 61299};
    spec.run.umask = 027;
    spec.run.nice = 1;
    return run(spec).state == JobState::succeeded ? 0 : 1;
  });
  ASSERT_EQ(status, 0);
  const std::string state = output("state");
  EXPECT_THAT(lines(state, "fd "),
              ElementsAre("0 /dev/null", StartsWith("1 pipe:"), StartsWith("2 pipe:")));
  EXPECT_EQ(lines(state, "env "), (Lines{"PATH=/usr/bin", "ONLY=this"}));
  EXPECT_EQ(lines(state, "Uid:\t"), Lines{"61234\t61234\t61234\t61234"});
  EXPECT_EQ(lines(state, "Gid:\t"), Lines{"61235\t61235\t61235\t61235"});
  EXPECT_EQ(lines(state, "Groups:\t"), Lines{"61299 61300 "});
  for (const char* set : {"CapInh:\t", "CapPrm:\t", "CapEff:\t", "CapAmb:\t", "SigBlk:\t"}) {
    EXPECT_EQ(lines(state, set), Lines{"0000000000000000"}) << set;
  }
  EXPECT_EQ(lines(state, "NoNewPrivs:\t"), Lines{"1"});
  EXPECT_EQ(lines(state, "Seccomp:\t"), Lines{"2"});
  EXPECT_EQ(lines(state, "Umask:\t"), Lines{"0027"});
  EXPECT_EQ(lines(state, "SigIgn:\t"), Lines{"0000000000000000"});
  EXPECT_EQ(lines(state, "cwd "), Lines{work_.string()});
  EXPECT_EQ(lines(state, "core "), Lines{"0 0"});
  EXPECT_EQ(lines(state, "files "), Lines{"1024"});
  EXPECT_EQ(lines(state, "nice "), Lines{"1"});
  EXPECT_EQ(lines(state, "oom "), Lines{"0"});
  EXPECT_EQ(lines(state, "leads its session "), Lines{"1"});
  EXPECT_NE(state.find("/job-1\n"), std::string::npos) << "in its leaf";
}

TEST_F(JobConfinement, CommandHasADescriptorForProgressWhereAskedFor) {
  JobSpec spec = probe({"state", (work_ / "state").string()});
  spec.run.progress = true;
  ASSERT_EQ(run(spec).state, JobState::succeeded);
  const Lines descriptors = lines(output("state"), "fd ");
  EXPECT_THAT(descriptors, ElementsAre("0 /dev/null", StartsWith("1 pipe:"), StartsWith("2 pipe:"),
                                       StartsWith("3 pipe:")));
  std::set<std::string> different;
  for (const std::string& line : descriptors) different.insert(line.substr(2));
  EXPECT_EQ(different.size(), descriptors.size());
}

TEST_F(JobConfinement, ForbidsInjectionIntrospectionAndNamespaces) {
  struct Kind {
    std::uint32_t uid;
    bool no_new_privileges;
  };
  // Root would be refused by nothing else.
  for (const Kind kind : {Kind{command_uid, true}, Kind{command_uid, false}, Kind{0, true}}) {
    JobSpec spec = probe({"forbidden", (work_ / "results").string()});
    spec.run.uid = kind.uid;
    spec.run.no_new_privileges = kind.no_new_privileges;
    ASSERT_EQ(run(spec).state, JobState::succeeded);
    std::istringstream results(output("results"));
    int count = 0;
    for (std::string line; std::getline(results, line); ++count) {
      const bool is_clone3 = line.starts_with("clone3 ");
      EXPECT_TRUE(line.ends_with(is_clone3 ? " ENOSYS" : " EPERM")) << line;
    }
    EXPECT_GE(count, 38);
  }
}

TEST_F(JobConfinement, WithoutNoNewPrivilegesTheRestHolds) {
  JobSpec spec = probe({"state", (work_ / "state").string()});
  spec.run.no_new_privileges = false;
  ASSERT_EQ(run(spec).state, JobState::succeeded);
  const std::string state = output("state");
  EXPECT_EQ(lines(state, "NoNewPrivs:\t"), Lines{"0"});
  EXPECT_EQ(lines(state, "Seccomp:\t"), Lines{"2"});
  EXPECT_EQ(lines(state, "CapEff:\t"), Lines{"0000000000000000"});
  EXPECT_EQ(lines(state, "Groups:\t"), Lines{" "});
}

TEST_F(JobConfinement, RunsACommandOfRoot) {
  JobSpec spec = probe({"state", (work_ / "state").string()});
  spec.run.uid = spec.run.gid = 0;
  ASSERT_EQ(run(spec).state, JobState::succeeded);
  EXPECT_EQ(lines(output("state"), "Uid:\t"), Lines{"0\t0\t0\t0"});
  EXPECT_EQ(lines(output("state"), "CapInh:\t"), Lines{"0000000000000000"});
}

TEST_F(JobConfinement, MgrJobKeepsNothingButKill) {
  const Fifo ready(work_ / "ready"), go(work_ / "go");
  const std::uint64_t id = start(probe({"wait-for-go", ready.path(), go.path()}));
  ASSERT_TRUE(ready.wait_for(1));
  std::ifstream supervisors(tree_ / "supervisors/cgroup.procs");
  std::string pid;
  ASSERT_TRUE(supervisors >> pid);
  std::ifstream file("/proc/" + pid + "/status");
  const std::string status(std::istreambuf_iterator<char>(file), {});
  EXPECT_EQ(lines(status, "Uid:\t"), Lines{"61236\t61236\t61236\t61236"});
  EXPECT_EQ(lines(status, "Groups:\t"), Lines{" "});
  EXPECT_EQ(lines(status, "CapPrm:\t"), Lines{"0000000000000020"});
  EXPECT_EQ(lines(status, "CapEff:\t"), Lines{"0000000000000020"});
  EXPECT_EQ(lines(status, "CapBnd:\t"), Lines{"0000000000000000"});
  EXPECT_EQ(lines(status, "NoNewPrivs:\t"), Lines{"1"});
  go.write(0);
  EXPECT_EQ(end_of(id).state, JobState::succeeded);
}

// The helper at run time: uid 0 and nothing else.
TEST_F(JobConfinement, HelperNeedsNoCapability) {
  const Fifo ready(work_ / "ready");
  const int status = status_in_a_helper([&] {
    if (!drop_all_capabilities()) return 2;
    open_jobs();
    if (run(probe({"exit", "0"})).state != JobState::succeeded) return 3;
    JobSpec stubborn = probe({"tree", ready.path(), "2", "0"});
    stubborn.run.stop_grace = std::chrono::milliseconds(10);
    const std::uint64_t stopped = start(stubborn);
    if (!ready.wait_for(3)) return 4;
    jobs_->stop(stopped);
    if (end_of(stopped).state != JobState::stopped) return 5;
    const std::uint64_t lost = start(stubborn);
    if (!ready.wait_for(3)) return 6;
    std::ofstream(tree_ / "supervisors/cgroup.kill") << "1";
    return end_of(lost).state == JobState::lost && !HasFailure() ? 0 : 7;
  });
  EXPECT_EQ(status, 0);
}

// True where the listener of `path` has hung up on us.
bool is_refused_as(std::uint32_t uid, const fs::path& path) {
  const pid_t child = fork();
  if (child == 0) {
    if (setgroups(0, nullptr) != 0 || setresuid(uid, uid, uid) != 0) _exit(2);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.string().copy(address.sun_path, sizeof(address.sun_path) - 1);
    const int peer = socket(AF_UNIX, SOCK_SEQPACKET, 0);
    if (connect(peer, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) _exit(3);
    (void)send(peer, stop_message.data(), stop_message.size(), MSG_NOSIGNAL);
    char byte = 0;
    const ssize_t length = recv(peer, &byte, 1, 0);
    _exit(length == 0 || errno == ECONNRESET || errno == EPIPE ? 0 : 1);
  }
  int status = -1;
  return waitpid(child, &status, 0) == child && status == 0;
}

TEST_F(JobConfinement, ControlObeysRootAlone) {
  const Fifo ready(work_ / "ready"), go(work_ / "go");
  const std::uint64_t id = start(probe({"wait-for-go", ready.path(), go.path()}));
  ASSERT_TRUE(ready.wait_for(1));
  const fs::path control = job_folder(id) / "control";
  EXPECT_EQ(fs::status(control).permissions(), fs::perms(0600));
  // What the file modes would keep away is let through: the credentials must hold by themselves.
  fs::permissions(job_folder(id).parent_path(), fs::perms(0755));
  fs::permissions(job_folder(id), fs::perms(0755));
  fs::permissions(control, fs::perms(0666));
  for (const std::uint32_t uid : {command_uid, mgr_job_uid, 65534U}) {
    EXPECT_TRUE(is_refused_as(uid, control)) << uid;
  }
  go.write(6);
  const Job job = end_of(id);
  EXPECT_EQ(job.exit->status, 6);
  EXPECT_FALSE(job.exit->stopped);
}

TEST_F(JobConfinement, ControlObeysNothingButItsMessages) {
  const Fifo ready(work_ / "ready"), go(work_ / "go");
  const std::uint64_t id = start(probe({"wait-for-go", ready.path(), go.path()}));
  ASSERT_TRUE(ready.wait_for(1));
  const std::string whole(stop_message);
  for (const std::string& message : {whole + "x", whole.substr(1), std::string(4096, 'x')}) {
    const Descriptor peer(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    (job_folder(id) / "control").string().copy(address.sun_path, sizeof(address.sun_path) - 1);
    ASSERT_EQ(connect(peer.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    ASSERT_GT(send(peer.get(), message.data(), message.size(), MSG_NOSIGNAL), 0);
    char byte = 0;
    EXPECT_LE(recv(peer.get(), &byte, 1, 0), 0) << "hung up on";
  }
  go.write(6);
  EXPECT_FALSE(end_of(id).exit->stopped);
}

}  // namespace
}  // namespace mgr
