// Where cgroup v2 is, from the texts of /proc on machines of several kinds.
#include <gtest/gtest.h>

#include "helper/jobs/cgroup_path.h"

namespace mgr {
namespace {

TEST(CgroupPath, IsFoundOnAUnifiedMachine) {
  const auto mount = find_cgroup2(
      "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
      "26 22 0:23 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n");
  ASSERT_TRUE(mount);
  EXPECT_EQ(mount->mount_point, "/sys/fs/cgroup");
  EXPECT_EQ(cgroup_folder(*mount, "/system.slice/mgr-helper.service").value(),
            "/sys/fs/cgroup/system.slice/mgr-helper.service");
  EXPECT_EQ(cgroup_folder(*mount, "/").value(), "/sys/fs/cgroup");
}

TEST(CgroupPath, IsFoundOnAHybridMachine) {
  const auto mount = find_cgroup2(
      "32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
      "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n");
  ASSERT_TRUE(mount);
  EXPECT_EQ(mount->mount_point, "/sys/fs/cgroup/unified");
}

TEST(CgroupPath, UndoesTheEscapesOfMountinfo) {
  const auto mount = find_cgroup2("41 31 0:38 / /a\\040b\\134c\\0 rw - cgroup2 cgroup2 rw\n");
  ASSERT_TRUE(mount);
  EXPECT_EQ(mount->mount_point, "/a b\\c\\0");
}

TEST(CgroupPath, FollowsAMountOfAPart) {
  const CgroupMount part{"/sys/fs/cgroup", "/box"};
  EXPECT_EQ(cgroup_folder(part, "/box/inner").value(), "/sys/fs/cgroup/inner");
  EXPECT_EQ(cgroup_folder(part, "/box").value(), "/sys/fs/cgroup");
  EXPECT_FALSE(cgroup_folder(part, "/boxes/inner"));
  EXPECT_FALSE(cgroup_folder(part, "/elsewhere"));
  EXPECT_FALSE(cgroup_folder(part, ""));
}

TEST(CgroupPath, IsAbsentWithoutCgroup2) {
  EXPECT_FALSE(find_cgroup2(""));
  EXPECT_FALSE(find_cgroup2("32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"));
  EXPECT_FALSE(find_cgroup2("22 1 8:1 / /cgroup2 rw - ext4 cgroup2 rw\n"));
  EXPECT_FALSE(find_cgroup2(" - cgroup2")) << "cut off";
}

TEST(CgroupPath, ReadsOurOwnCgroup) {
  EXPECT_EQ(find_own_cgroup("12:pids:/x\n0::/system.slice/a.service\n"), "/system.slice/a.service");
  EXPECT_EQ(find_own_cgroup("0::/"), "/");
  EXPECT_EQ(find_own_cgroup("1:name=systemd:/x\n"), "");
}

}  // namespace
}  // namespace mgr
