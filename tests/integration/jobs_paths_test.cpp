// Paths that a command is given as descriptors: opened as its user, beneath their root, over no
// link.
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include <gmock/gmock.h>

#include <atomic>
#include <fstream>
#include <sstream>
#include <thread>

#include "tests/integration/jobs_fixture.h"

namespace mgr {
namespace {

namespace fs = std::filesystem;

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class JobPaths : public JobsTest {
 protected:
  void SetUp() override {
    JobsTest::SetUp();
    if (IsSkipped()) return;
    root_ = base_ / "files";
    fs::create_directories(root_ / "sub");
    put(root_ / "plain", "plain");
    put(root_ / "sub/inner", "inner");
    put(base_ / "outside", "outside");
    fs::permissions(root_ / "sub", fs::perms(0755));
  }
  static void put(const fs::path& path, const std::string& text) {
    std::ofstream(path) << text;
    ASSERT_EQ(chmod(path.c_str(), 0644), 0);
  }
  [[nodiscard]] PathToOpen path(const std::string& beneath, PathKind kind = PathKind::file) const {
    return {root_.string(), beneath, kind};
  }
  // Copies what the first path leads to into work_/copy.
  [[nodiscard]] JobSpec copies(const PathToOpen& path) const {
    JobSpec spec = probe({"copy-path", "/proc/self/fd/10", (work_ / "copy").string()});
    spec.run.paths = {path};
    return spec;
  }
  // The detail of a job that must not start.
  std::string refusal(const PathToOpen& path) {
    const Job job = run(copies(path));
    EXPECT_EQ(job.exit->outcome, JobOutcome::could_not_start) << path.beneath;
    EXPECT_EQ(output("copy"), "") << path.beneath;
    return job.exit->detail;
  }

  fs::path root_;
};

TEST_F(JobPaths, AreReadByTheCommandUnderTheNumberThatItWasTold) {
  EXPECT_EQ(run(copies(path("plain"))).exit->status, 0);
  EXPECT_EQ(run(copies(path("sub/inner"))).exit->status, 0);
  EXPECT_EQ(output("copy"), "plaininner");
}

std::vector<std::string> descriptors(const std::string& state) {
  std::vector<std::string> found;
  std::istringstream in(state);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("fd ")) found.push_back(line.substr(3));
  }
  std::ranges::sort(found);
  return found;
}

TEST_F(JobPaths, AreTheOnlyDescriptorsBesideItsOwn) {
  JobSpec spec = probe({"state", (work_ / "state").string()});
  spec.run.paths = {path("sub/inner"), path("", PathKind::folder), path("plain", PathKind::any)};
  EXPECT_EQ(run(spec).exit->status, 0);
  EXPECT_THAT(descriptors(output("state")),
              ElementsAre("0 /dev/null", StartsWith("1 pipe:"),
                          "10 " + (root_ / "sub/inner").string(), "11 " + root_.string(),
                          "12 " + (root_ / "plain").string(), StartsWith("2 pipe:")));
  spec.run.progress = true;
  spec.run.input = InputKind::body;
  EXPECT_EQ(run(spec, "body").exit->status, 0);
  EXPECT_THAT(
      descriptors(output("state")),
      ElementsAre(HasSubstr("/input"), StartsWith("1 pipe:"), StartsWith("10 "), StartsWith("11 "),
                  StartsWith("12 "), StartsWith("2 pipe:"), StartsWith("3 pipe:")));
}

TEST_F(JobPaths, MayBeAsManyAsAListHolds) {
  JobSpec spec = probe({"state", (work_ / "state").string()});
  for (std::size_t i = 0; i < max_paths; ++i) {
    const std::string name = "file" + std::to_string(i);
    put(root_ / name, name);
    spec.run.paths.push_back(path(name));
  }
  EXPECT_EQ(run(spec).exit->status, 0);
  const auto found = descriptors(output("state"));
  EXPECT_EQ(found.size(), max_paths + 3);
  for (std::size_t i = 0; i < max_paths; ++i) {
    EXPECT_THAT(found, ::testing::Contains(std::to_string(10 + i) + ' ' +
                                           (root_ / ("file" + std::to_string(i))).string()));
  }
  spec.run.paths.push_back(path("plain"));
  EXPECT_FALSE(jobs_->accept(spec));
}

TEST_F(JobPaths, ThatAreNoneAreNotAccepted) {
  for (const char* beneath : {"/plain", "/", "..", "../outside", "sub/../plain", "sub/..", ".",
                              "./plain", "sub//inner", "sub/", "sub/./inner"}) {
    EXPECT_FALSE(jobs_->accept(copies(path(beneath)))) << beneath;
  }
  EXPECT_FALSE(jobs_->accept(copies(path(std::string("plain\0x", 7)))));
  for (const char* root : {"", "relative", "../x"}) {
    EXPECT_FALSE(jobs_->accept(copies({root, "plain", PathKind::file}))) << root;
  }
}

TEST_F(JobPaths, OverALinkAreRefusedInEveryComponent) {
  fs::create_symlink("plain", root_ / "last");
  fs::create_symlink("sub", root_ / "middle");
  fs::create_symlink(base_ / "outside", root_ / "out");
  fs::create_symlink("/proc/self/fd/0", root_ / "magic");
  for (const char* beneath : {"last", "middle/inner", "out", "magic"}) {
    EXPECT_THAT(refusal(path(beneath)), StartsWith("path 1: ")) << beneath;
  }
  // A magic link on the way: not a link that anybody made.
  EXPECT_THAT(refusal({"/proc", "self/cwd", PathKind::any}), StartsWith("path 1: "));
  EXPECT_THAT(refusal({"/proc/self", "root/etc/passwd", PathKind::file}), StartsWith("path 1: "));
}

TEST_F(JobPaths, ARootThatBecameALinkIsRefused) {
  fs::create_symlink(root_, base_ / "linked");
  const Job job = run(copies({(base_ / "linked").string(), "plain", PathKind::file}));
  EXPECT_EQ(job.exit->outcome, JobOutcome::could_not_start);
  EXPECT_EQ(job.exit->detail, "path 1: Too many levels of symbolic links");
}

TEST_F(JobPaths, ThatAreNoFileOrFolderAreRefused) {
  ASSERT_EQ(mkfifo((root_ / "fifo").c_str(), 0666), 0);
  ASSERT_EQ(mknod((root_ / "device").c_str(), S_IFCHR | 0666, makedev(1, 5)), 0);
  const Descriptor listener(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  (root_ / "socket").string().copy(address.sun_path, sizeof(address.sun_path) - 1);
  ASSERT_EQ(bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  for (const char* beneath : {"fifo", "device", "socket"}) {
    for (const PathKind kind : {PathKind::file, PathKind::folder, PathKind::any}) {
      EXPECT_EQ(refusal(path(beneath, kind)), "path 1: Invalid argument") << beneath;
    }
  }
}

TEST_F(JobPaths, AreOfTheKindThatTheTypeWants) {
  EXPECT_EQ(refusal(path("sub", PathKind::file)), "path 1: Is a directory");
  EXPECT_EQ(refusal(path("plain", PathKind::folder)), "path 1: Not a directory");
  EXPECT_EQ(refusal(path("plain/x")), "path 1: Not a directory");
  EXPECT_EQ(refusal(path("missing")), "path 1: No such file or directory");
  EXPECT_THAT(refusal({(base_ / "nowhere").string(), "x", PathKind::any}), StartsWith("path 1: "));
  EXPECT_THAT(refusal({(root_ / "plain").string(), "", PathKind::any}), StartsWith("path 1: "));
  JobSpec spec = copies(path("plain"));
  spec.run.paths.push_back(path("missing"));
  EXPECT_EQ(run(spec).exit->detail, "path 2: No such file or directory");
}

TEST_F(JobPaths, AreOpenedWithTheUsersPermissionsNotRoots) {
  put(root_ / "roots", "roots");
  ASSERT_EQ(chmod((root_ / "roots").c_str(), 0600), 0);
  EXPECT_EQ(run(copies(path("roots"))).exit->status, 95) << "the command may not open it";
  EXPECT_EQ(output("copy"), "");
  ASSERT_EQ(chmod((root_ / "sub").c_str(), 0700), 0);
  EXPECT_EQ(refusal(path("sub/inner")), "path 1: Permission denied");
  // Nor where the list of system calls is loaded as root.
  JobSpec spec = copies(path("sub/inner"));
  spec.run.no_new_privileges = false;
  EXPECT_EQ(run(spec).exit->detail, "path 1: Permission denied");
}

TEST_F(JobPaths, AreOpenedWithoutNoNewPrivilegesToo) {
  JobSpec spec = copies(path("sub/inner"));
  spec.run.no_new_privileges = false;
  EXPECT_EQ(run(spec).exit->status, 0);
  EXPECT_EQ(output("copy"), "inner");
}

TEST_F(JobPaths, AreOpenedInTheViewThatTheCommandHas) {
  JobSpec spec = copies({"/var/tmp", base_.filename().string(), PathKind::any});
  fs::create_directory(fs::path("/var/tmp") / base_.filename());
  spec.run.private_tmp = true;
  EXPECT_EQ(run(spec).exit->detail, "path 1: No such file or directory");
  fs::remove(fs::path("/var/tmp") / base_.filename());
}

// What is renamed and linked over meanwhile leads nowhere else: the file that was found is the file
// that is read, and it lies beneath the root.
TEST_F(JobPaths, SwappedWhileTheyAreOpenedNeverLeadOutside) {
  fs::create_directory(base_ / "evil");
  put(base_ / "evil/inner", "outside");
  fs::create_symlink(base_ / "evil", root_ / "swap");
  std::atomic<bool> done = false;
  std::thread swapper([&] {
    const std::string real = (root_ / "sub").string(), link = (root_ / "swap").string();
    while (!done) {
      (void)syscall(SYS_renameat2, AT_FDCWD, real.c_str(), AT_FDCWD, link.c_str(), RENAME_EXCHANGE);
    }
  });
  int read = 0;
  for (int i = 0; i < 60; ++i) {
    const Job job = run(copies(path("sub/inner")));
    if (job.exit->outcome == JobOutcome::exited && job.exit->status == 0) ++read;
    if (job.exit->outcome == JobOutcome::could_not_start) {
      EXPECT_THAT(job.exit->detail, StartsWith("path 1: "));
    }
  }
  done = true;
  swapper.join();
  std::string expected;
  for (int i = 0; i < read; ++i) expected += "inner";
  EXPECT_EQ(output("copy"), expected);
}

// A command that looks for its file again by name gets what it was given.
TEST_F(JobPaths, ReplacedAfterTheyWereOpenedAreStillTheSameFile) {
  const Fifo ready(work_ / "ready"), go(work_ / "go");
  JobSpec spec = probe({"wait-and-copy-path", ready.path(), go.path(), "/proc/self/fd/10",
                        (work_ / "copy").string()});
  spec.run.paths = {path("plain")};
  const std::uint64_t id = start(spec);
  ASSERT_TRUE(ready.wait_for(1));
  fs::remove(root_ / "plain");
  fs::create_symlink(base_ / "outside", root_ / "plain");
  go.write(0);
  EXPECT_EQ(end_of(id).exit->status, 0);
  EXPECT_EQ(output("copy"), "plain");
}

}  // namespace
}  // namespace mgr
