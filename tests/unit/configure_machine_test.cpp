// Actions that want what a machine cannot do; the machines are made up, but for one.
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sched.h>

#include "helper/configure/machine.h"

namespace mgr {
namespace {

constexpr std::uint64_t bit(unsigned capability) { return std::uint64_t{1} << capability; }

class ConfigureMachine : public testing::Test {
 protected:
  // "able", or the reason.
  std::string check(const RunSettings& run) const {
    DeclaredModule module;
    module.name = "dns";
    module.actions.resize(2);
    module.actions[1] = {"flush", "", {}, run, "dns.toml", 7};
    const auto checked = check_machine({module}, machine);
    if (checked) return "able";
    const std::string front = "dns.toml:7: action 'flush' of module 'dns': ";
    const std::string& detail = checked.error().detail;
    return detail.starts_with(front) ? detail.substr(front.size()) : "elsewhere: " + detail;
  }

  Machine machine{"/cg/jobs", "cpu memory pids", ~std::uint64_t{0}, [](int) { return true; }};
};

TEST_F(ConfigureMachine, ThatCanDoEverythingRefusesNothing) {
  RunSettings run;
  EXPECT_EQ(check(run), "able");
  run.memory = run.processes = 1;
  run.private_tmp = run.private_network = true;
  run.read_only_paths = {"/etc"};
  run.capabilities = bit(CAP_SYS_ADMIN);
  EXPECT_EQ(check(run), "able");
}

TEST_F(ConfigureMachine, WithNothingStillRunsWhatAsksForNothing) {
  machine = {"/cg/jobs", "", 0, [](int) { return false; }};
  RunSettings run;
  run.cpu_seconds = run.open_files = run.file_size = 100;
  EXPECT_EQ(check(run), "able");
}

TEST_F(ConfigureMachine, RefusesLimitsWithoutTheirController) {
  RunSettings memory, processes;
  memory.memory = 1 << 20;
  processes.processes = 1;
  machine.controllers = "cpuset pids memory2";
  EXPECT_EQ(
      check(memory),
      "'memory' needs the cgroup controller memory, and /cg/jobs has only cpuset pids memory2");
  EXPECT_EQ(check(processes), "able");
  machine.controllers = "memory";
  EXPECT_EQ(check(memory), "able");
  EXPECT_EQ(check(processes),
            "'processes' needs the cgroup controller pids, and /cg/jobs has only memory");
  machine.controllers = "";
  EXPECT_EQ(check(processes),
            "'processes' needs the cgroup controller pids, and /cg/jobs has none");
}

TEST_F(ConfigureMachine, RefusesNamespacesThatCannotBeMade) {
  RunSettings network, tmp, paths;
  network.private_network = true;
  tmp.private_tmp = true;
  paths.read_only_paths = {"/etc"};
  const std::string none = " namespace, and mgr cannot make one here";
  machine.can_have = [](int kind) { return kind == CLONE_NEWNET; };
  EXPECT_EQ(check(network), "able");
  EXPECT_EQ(check(tmp), "'private_tmp' needs a mount" + none);
  EXPECT_EQ(check(paths), "'read_only_paths' needs a mount" + none);
  machine.can_have = [](int kind) { return kind == CLONE_NEWNS; };
  EXPECT_EQ(check(network), "'private_network' needs a network" + none);
  EXPECT_EQ(check(tmp), "able");
}

TEST_F(ConfigureMachine, RefusesCapabilitiesBeyondTheBoundingSet) {
  RunSettings run;
  run.capabilities = bit(CAP_NET_BIND_SERVICE) | bit(CAP_SYS_ADMIN) | bit(CAP_SYS_RESOURCE);
  machine.capabilities = bit(CAP_NET_BIND_SERVICE);
  EXPECT_EQ(check(run), "'capabilities' names what mgr has not got here: sys_admin sys_resource");
  run.capabilities = bit(CAP_NET_BIND_SERVICE);
  EXPECT_EQ(check(run), "able");
}

TEST_F(ConfigureMachine, OursIsLookedAt) {
  const Machine ours = look_at_machine("/nonexistent/tree");
  EXPECT_EQ(ours.tree, "/nonexistent/tree");
  EXPECT_EQ(ours.controllers, "");
  EXPECT_FALSE(ours.can_have(-1));
}

}  // namespace
}  // namespace mgr
