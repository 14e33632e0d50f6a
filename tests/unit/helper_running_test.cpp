// What comes into force, and what has to wait for a restart.
#include "helper/running.h"

#include <gtest/gtest.h>

namespace mgr {
namespace {

TEST(Running, KeepsUntilARestartWhatCannotChange) {
  CompiledConfiguration now;
  now.broker_uid = now.broker_gid = 100;
  now.job_uid = now.job_gid = 101;
  now.cgroup = "/sys/fs/cgroup/mgr";
  now.max_running = 1;
  CompiledConfiguration next = now;
  next.max_running = 2;
  EXPECT_TRUE(keep_until_restart(now, next).empty());

  next.broker_gid = 200;
  next.job_uid = 201;
  next.job_gid = 202;
  next.cgroup = "/elsewhere";
  EXPECT_EQ(keep_until_restart(now, next),
            (std::vector<std::string>{"helper.broker_user", "helper.job_user", "jobs.cgroup"}));
  EXPECT_EQ(next.max_running, 2U);
  next.max_running = 1;
  EXPECT_EQ(encode(next), encode(now));
}

TEST(Running, IsNotBuiltOfActionsThatCannotBe) {
  LoadedConfiguration loaded;
  DeclaredModule module;
  module.name = "mgr";
  module.file = "modules.d/x.toml";
  module.line = 3;
  loaded.compiled.modules = {module};
  const auto running = build_running(std::move(loaded), Paths("/nowhere"));
  ASSERT_FALSE(running);
  EXPECT_EQ(running.error().detail, "modules.d/x.toml:3: the module mgr is built in");
}

}  // namespace
}  // namespace mgr
