// What a command sees of the machine under private_tmp, private_network and read_only_paths, and
// which capabilities it has.
#include <arpa/inet.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <map>
#include <sstream>

#include "tests/integration/jobs_fixture.h"

namespace mgr {
namespace {

namespace fs = std::filesystem;

using Results = std::map<std::string, std::string>;

constexpr std::uint64_t bit(unsigned capability) { return std::uint64_t{1} << capability; }

class JobView : public JobsTest {
 protected:
  // /tmp is what the jobs do not see.
  JobView() : JobsTest("/var/lib") {}

  void SetUp() override {
    JobsTest::SetUp();
    if (base_.empty()) return;
    fs::copy_file(JOBS_VIEW_PROBE, base_ / "view-probe");
    ASSERT_EQ(chmod((base_ / "view-probe").c_str(), 0755), 0);
  }

  [[nodiscard]] JobSpec view(const std::vector<std::string>& words) const {
    JobSpec spec = probe(words);
    spec.run.argv.front() = (base_ / "view-probe").string();
    return spec;
  }
  [[nodiscard]] std::string results() const { return (work_ / "results").string(); }
  // Its lines, each a name and a value.
  [[nodiscard]] Results read_results() const {
    Results found;
    std::ifstream in(results());
    for (std::string name, value; in >> name && std::getline(in >> std::ws, value);) {
      found[name] = value;
    }
    return found;
  }
  // A folder of the job's user with a file and, mounted below, another file system.
  [[nodiscard]] fs::path make_folder() {
    const fs::path folder = work_ / "folder";
    EXPECT_TRUE(fs::create_directories(folder / "sub"));
    std::ofstream(folder / "file") << "text";
    // In the mount namespace of the tests (jobs_run.sh).
    EXPECT_EQ(mount("tmpfs", (folder / "sub").c_str(), "tmpfs", 0, "mode=0777"), 0);
    submount_ = folder / "sub";
    for (const fs::path& one : {folder, folder / "file"}) {
      EXPECT_EQ(chown(one.c_str(), command_uid, command_gid), 0);
    }
    return folder;
  }
  void TearDown() override {
    if (!submount_.empty()) {
      EXPECT_EQ(umount2(submount_.c_str(), MNT_DETACH), 0);
    }
    JobsTest::TearDown();
  }
  // Why the job did not start.
  std::string refusal(const JobSpec& spec) {
    const Job job = run(spec);
    EXPECT_EQ(job.exit->outcome, JobOutcome::could_not_start);
    return job.exit->detail;
  }

 private:
  fs::path submount_;
};

TEST_F(JobView, PrivateTmpIsSeenByTheJobAloneAndGoneWithIt) {
  const std::string name = base_.filename().string();
  const Fifo ready(work_ / "ready"), go(work_ / "go");
  for (const std::string folder : {"/tmp/", "/var/tmp/"}) {
    std::ofstream(folder + name + "-outside") << "x";
  }
  JobSpec spec = view({"tmp", name, results(), ready.path(), go.path()});
  spec.run.private_tmp = true;
  const std::uint64_t id = start(spec);
  EXPECT_TRUE(ready.wait_for(1));
  const Results found = read_results();
  for (const std::string folder : {"/tmp/", "/var/tmp/"}) {
    EXPECT_FALSE(fs::exists(folder + name + "-inside"));
    EXPECT_TRUE(fs::remove(folder + name + "-outside"));
  }
  go.write(0);
  EXPECT_EQ(end_of(id).state, JobState::succeeded);
  const std::string text = output("results");
  for (const std::string folder : {"/tmp", "/var/tmp"}) {
    EXPECT_NE(text.find(folder + "/outside ENOENT\n"), std::string::npos) << text;
    EXPECT_NE(text.find(folder + "/inside done\n"), std::string::npos) << text;
    EXPECT_NE(text.find(" " + folder + " tmpfs rw,nosuid,nodev,"), std::string::npos) << text;
    EXPECT_FALSE(fs::exists(folder + "/" + name + "-inside"));
  }
}

class Listener {
 public:
  Listener() : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof(address);
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(bind(socket_.get(), any, length), 0);
    EXPECT_EQ(listen(socket_.get(), 4), 0);
    EXPECT_EQ(getsockname(socket_.get(), any, &length), 0);
    port_ = ntohs(address.sin_port);
  }
  [[nodiscard]] std::string port() const { return std::to_string(port_); }

 private:
  Descriptor socket_;
  int port_ = 0;
};

TEST_F(JobView, PrivateNetworkIsALoopbackAndNothingElse) {
  const Listener outside;
  JobSpec spec = view({"network", outside.port(), "50000", results()});
  spec.run.private_network = true;
  ASSERT_EQ(run(spec).state, JobState::succeeded);
  EXPECT_EQ(output("results"), "interface lo\noutside ECONNREFUSED\nbind done\nitself done\n");
  spec.run.private_network = false;
  ASSERT_EQ(run(spec).state, JobState::succeeded);
  EXPECT_EQ(read_results()["outside"], "done") << "and that is why";
}

TEST_F(JobView, NobodyCanWriteBelowAReadOnlyPathOrUndoIt) {
  const fs::path folder = make_folder();
  for (const std::uint32_t uid : {command_uid, 0U}) {
    JobSpec spec = view({"change", folder.string(), results()});
    spec.run.read_only_paths = {folder.string()};
    spec.run.uid = uid;
    ASSERT_EQ(run(spec).state, JobState::succeeded);
    const Results found = read_results();
    for (const char* change : {"create", "create-below", "write", "truncate", "unlink", "rename",
                               "chmod", "mkdir", "create-again"}) {
      EXPECT_EQ(found.at(change), "EROFS") << change << " by " << uid;
    }
    for (const char* way_out : {"remount", "bind", "umount", "detach", "unshare", "unshare-user",
                                "mount_setattr", "open_tree", "open_tree_attr", "setns"}) {
      EXPECT_EQ(found.at(way_out), "EPERM") << way_out << " by " << uid;
    }
  }
  std::ofstream(folder / "sub/outside") << "x";
  EXPECT_TRUE(fs::exists(folder / "sub/outside")) << "outside it is as it was";
}

TEST_F(JobView, AFileAloneCanBeReadOnlyToo) {
  const fs::path folder = make_folder();
  JobSpec spec = view({"change", folder.string(), results()});
  spec.run.read_only_paths = {(folder / "file").string()};
  ASSERT_EQ(run(spec).state, JobState::succeeded);
  const Results found = read_results();
  EXPECT_EQ(found.at("write"), "EROFS");
  EXPECT_EQ(found.at("unlink"), "EBUSY");
  EXPECT_EQ(found.at("create"), "done");
}

TEST_F(JobView, PrivateTmpIsWritableBelowAReadOnlyPath) {
  const Fifo ready(work_ / "ready"), go(work_ / "go");
  JobSpec spec = view({"tmp", base_.filename().string(), results(), ready.path(), go.path()});
  spec.run.private_tmp = true;
  spec.run.read_only_paths = {"/var/tmp"};
  const std::uint64_t id = start(spec);
  EXPECT_TRUE(ready.wait_for(1));
  EXPECT_NE(output("results").find("/var/tmp/inside done"), std::string::npos);
  go.write(0);
  EXPECT_EQ(end_of(id).state, JobState::succeeded);
}

TEST_F(JobView, ReadOnlyPathIsNoLinkAndNoLinkIsOnTheWay) {
  const fs::path folder = make_folder();
  fs::create_directory_symlink(folder, work_ / "link");
  fs::create_directory_symlink(work_, work_ / "way");
  for (const std::string path : {work_ / "link", work_ / "way/folder"}) {
    JobSpec spec = view({"change", folder.string(), results()});
    spec.run.read_only_paths = {path};
    EXPECT_EQ(refusal(spec), "read_only_paths " + path + ": Too many levels of symbolic links");
  }
  EXPECT_FALSE(fs::exists(results())) << "it never ran";
}

TEST_F(JobView, ReadOnlyPathThatIsMissingIsTheJobsFailure) {
  JobSpec spec = view({"change", work_.string(), results()});
  spec.run.read_only_paths = {"/etc", "/nonexistent/x"};
  EXPECT_EQ(refusal(spec), "read_only_paths /nonexistent/x: No such file or directory");
}

// Its report may be read before the gate is opened, or after its end.
TEST_F(JobView, FailedStepIsToldWheneverItFails) {
  JobSpec spec = probe({"exit", "0"});
  spec.run.read_only_paths = {"/nonexistent"};
  for (int times = 0; times < 50; ++times) {
    ASSERT_EQ(refusal(spec), "read_only_paths /nonexistent: No such file or directory");
  }
}

TEST_F(JobView, CommandHasExactlyItsCapabilities) {
  fs::permissions(work_, fs::perms(0777));  // a root with two capabilities cannot write elsewhere
  for (const std::uint32_t uid : {command_uid, 0U}) {
    for (const bool no_new_privileges : {true, false}) {
      fs::remove(results());
      JobSpec spec = probe({"state", results()});
      spec.run.uid = uid;
      spec.run.no_new_privileges = no_new_privileges;
      spec.run.capabilities = bit(CAP_NET_BIND_SERVICE) | bit(CAP_AUDIT_READ);
      ASSERT_EQ(run(spec).state, JobState::succeeded);
      const Results state = read_results();
      for (const char* set : {"CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:"}) {
        EXPECT_EQ(state.at(set), "0000002000000400") << set << " of " << uid;
      }
    }
  }
}

TEST_F(JobView, CapabilityToBindIsEnoughForALowPort) {
  const Listener outside;
  JobSpec spec = view({"network", outside.port(), "80", results()});
  spec.run.private_network = true;
  ASSERT_EQ(run(spec).state, JobState::succeeded);
  EXPECT_EQ(read_results()["bind"], "EACCES");
  spec.run.capabilities = bit(CAP_NET_BIND_SERVICE);
  ASSERT_EQ(run(spec).state, JobState::succeeded);
  EXPECT_EQ(read_results()["bind"], "done");
}

TEST_F(JobView, CapabilitiesDoNotUndoAReadOnlyPath) {
  const fs::path folder = make_folder();
  JobSpec spec = view({"change", folder.string(), results()});
  spec.run.read_only_paths = {folder.string()};
  spec.run.capabilities = bit(CAP_SYS_ADMIN) | bit(CAP_DAC_OVERRIDE) | bit(CAP_SYS_CHROOT);
  ASSERT_EQ(run(spec).state, JobState::succeeded);
  EXPECT_EQ(read_results()["create-again"], "EROFS");
  EXPECT_EQ(read_results()["remount"], "EPERM");
}

TEST_F(JobView, CapabilityThatMgrHasNotIsTheJobsFailure) {
  if (prctl(PR_CAPBSET_READ, CAP_SYS_RESOURCE, 0, 0, 0) == 1) GTEST_SKIP() << "it has it";
  JobSpec spec = probe({"exit", "0"});
  spec.run.capabilities = bit(CAP_SYS_RESOURCE);
  EXPECT_EQ(refusal(spec), "capabilities: Operation not permitted");
}

}  // namespace
}  // namespace mgr
