// Where cgroup v2 is, from the texts of /proc on machines of several kinds.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "helper/jobs/cgroup_path.h"

namespace mgr {
namespace {

Result<std::string> folder_in(const std::string& mounts) {
  const std::string name = testing::TempDir() + "mgr-mounts-" + std::to_string(getpid());
  std::ofstream(name) << mounts;
  auto found = cgroup2_folder(name.c_str());
  std::filesystem::remove(name);
  return found;
}

TEST(CgroupPath, IsFoundOnAUnifiedMachine) {
  EXPECT_EQ(folder_in("/dev/sda1 / ext4 rw 0 0\n"
                      "cgroup2 /sys/fs/cgroup cgroup2 rw,nsdelegate 0 0\n")
                .value(),
            "/sys/fs/cgroup");
}

TEST(CgroupPath, IsFoundOnAHybridMachine) {
  EXPECT_EQ(folder_in("cgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0\n"
                      "cgroup2 /sys/fs/cgroup/unified cgroup2 rw,relatime 0 0\n")
                .value(),
            "/sys/fs/cgroup/unified");
}

TEST(CgroupPath, UndoesTheEscapesOfMounts) {
  EXPECT_EQ(folder_in("cgroup2 /a\\040b cgroup2 rw 0 0\n").value(), "/a b");
}

TEST(CgroupPath, IsAbsentWithoutCgroup2) {
  EXPECT_FALSE(folder_in(""));
  EXPECT_FALSE(folder_in("cgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0\n"));
  EXPECT_FALSE(folder_in("cgroup2 /cgroup2 ext4 rw 0 0\n"));
  EXPECT_FALSE(cgroup2_folder("/nonexistent"));
}

TEST(CgroupPath, TakesTheJobsTreeFromTheSetting) {
  const auto mount = cgroup2_folder();
  if (!mount) GTEST_SKIP() << "needs cgroup v2";
  EXPECT_EQ(job_tree_folder("/mgr-jobs").value(), *mount + "/mgr-jobs");
  EXPECT_EQ(job_tree_folder(*mount + "/a/b").value(), *mount + "/a/b");
  EXPECT_FALSE(job_tree_folder("/../x"));
  EXPECT_TRUE(job_tree_folder("").value().ends_with("/mgr-jobs.service"));
}

TEST(CgroupPath, ReadsOurOwnCgroup) {
  EXPECT_EQ(find_own_cgroup("12:pids:/x\n0::/system.slice/a.service\n"), "/system.slice/a.service");
  EXPECT_EQ(find_own_cgroup("0::/"), "/");
  EXPECT_EQ(find_own_cgroup("1:name=systemd:/x\n"), "");
  EXPECT_EQ(find_own_cgroup("0::relative\n"), "");
}

}  // namespace
}  // namespace mgr
