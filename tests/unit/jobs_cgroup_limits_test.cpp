// The files of cgroups, in ordinary folders that stand in for them: no root, no controller.
#include <fcntl.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "helper/jobs/cgroup_controllers.h"
#include "helper/jobs/mgr-job/leaf_limits.h"
#include "protocol/descriptor.h"

namespace mgr {
namespace {

namespace fs = std::filesystem;

class CgroupLimits : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "mgr-cgroup-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    opened_ = Descriptor(open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  }
  void TearDown() override { fs::remove_all(folder_); }

  void write(const fs::path& name, const std::string& text) const {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
  }
  [[nodiscard]] std::string read(const fs::path& name) const {
    std::ifstream file(folder_ / name);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  // "set", or the reason.
  std::string set(const RunSettings& run) const {
    const auto done = set_leaf_limits(opened_.get(), run);
    return done ? "set" : done.error().detail;
  }

  fs::path folder_;
  Descriptor opened_;
};

RunSettings limited(std::uint64_t memory, std::uint32_t processes) {
  RunSettings run;
  run.memory = memory;
  run.processes = processes;
  return run;
}

TEST_F(CgroupLimits, AreWrittenIntoTheLeaf) {
  for (const char* name : {"memory.max", "memory.swap.max", "memory.oom.group", "pids.max"}) {
    write(name, "");
  }
  EXPECT_EQ(set(limited(std::uint64_t{5} << 30, 40)), "set");
  EXPECT_EQ(read("memory.max"), "5368709120");
  EXPECT_EQ(read("memory.swap.max"), "0");
  EXPECT_EQ(read("memory.oom.group"), "1");
  EXPECT_EQ(read("pids.max"), "40");
}

TEST_F(CgroupLimits, WithoutSwapAndGroupsMemoryIsLimitedAllTheSame) {
  write("memory.max", "");
  EXPECT_EQ(set(limited(1 << 20, 0)), "set");
  EXPECT_EQ(read("memory.max"), "1048576");
  EXPECT_FALSE(fs::exists(folder_ / "memory.swap.max")) << "nothing is made";
}

TEST_F(CgroupLimits, MissingControllerIsNamed) {
  EXPECT_EQ(set(limited(0, 0)), "set");
  EXPECT_EQ(set(limited(1 << 20, 0)), "memory: the jobs' cgroup has no controller memory");
  EXPECT_EQ(set(limited(0, 1)), "processes: the jobs' cgroup has no controller pids");
  write("memory.max", "");
  EXPECT_EQ(set(limited(1 << 20, 1)), "processes: the jobs' cgroup has no controller pids");
}

TEST_F(CgroupLimits, ALinkIsNoLimit) {
  write("elsewhere", "as it was");
  fs::create_symlink("elsewhere", folder_ / "pids.max");
  EXPECT_NE(set(limited(0, 1)), "set");
  EXPECT_EQ(read("elsewhere"), "as it was");
}

TEST_F(CgroupLimits, TellsWhoWasKilledForWantOfMemory) {
  const auto told = [this](const std::string& events) {
    write("memory.events", events);
    return want_of_memory(opened_.get(), limited(1 << 20, 0));
  };
  const std::string before = "low 0\nhigh 0\nmax 12\noom 1\n";
  EXPECT_EQ(told(before + "oom_kill 1\noom_group_kill 1\n"),
            "killed for want of memory (memory = 1048576)");
  EXPECT_NE(told(before + "oom_kill 10\n"), "");
  EXPECT_EQ(told(before + "oom_kill 0\noom_group_kill 0\n"), "");
  EXPECT_EQ(told(""), "");
  EXPECT_EQ(want_of_memory(opened_.get(), limited(0, 1)), "");
  fs::remove(folder_ / "memory.events");
  EXPECT_EQ(want_of_memory(opened_.get(), limited(1 << 20, 0)), "");
}

TEST_F(CgroupLimits, ControllersAreThoseOfTheNearestParentThatIsThere) {
  write("cgroup.controllers", "cpu memory pids\n");
  write("a/cgroup.controllers", "\n");
  EXPECT_EQ(controllers_of(folder_), "cpu memory pids");
  EXPECT_EQ(controllers_of(folder_ / "b/c"), "cpu memory pids");
  EXPECT_EQ(controllers_of(folder_ / "a"), "");
  EXPECT_EQ(controllers_of(folder_ / "a/b"), "");
  EXPECT_EQ(controllers_of("/nonexistent/x"), "");
  EXPECT_EQ(controllers_of(""), "");
}

TEST_F(CgroupLimits, ControllersAreHandedDownFromTheTop) {
  for (const char* name : {"", "a/", "a/b/"}) {
    write(name + std::string("cgroup.subtree_control"), "");
  }
  write("c/d/cgroup.subtree_control", "");
  enable_controllers(folder_ / "a/b");
  EXPECT_EQ(read("a/b/cgroup.subtree_control"), "+memory+pids");
  EXPECT_EQ(read("a/cgroup.subtree_control"), "");
  enable_controllers_down_to(folder_ / "a/b");
  EXPECT_EQ(read("a/cgroup.subtree_control"), "+memory+pids");
  EXPECT_EQ(read("cgroup.subtree_control"), "+memory+pids");
  enable_controllers_down_to(folder_ / "c/d");
  EXPECT_EQ(read("c/d/cgroup.subtree_control"), "+memory+pids") << "c is no cgroup: the top is d";
  enable_controllers_down_to(folder_ / "nonexistent");
}

}  // namespace
}  // namespace mgr
