// How a command is run, from the text of an action; no file, no root.
#include <gtest/gtest.h>
#include <linux/capability.h>

#include <algorithm>

#include "policy/parse.h"
#include "tests/unit/policy_fake_users.h"

namespace mgr {
namespace {

using namespace std::chrono_literals;

class PolicyRunSettings : public testing::Test {
 protected:
  // "accepted", or what is wrong at line 3, where `line` stands.
  std::string setting(const std::string& line) {
    configuration = {};
    const std::string text = "[module.m.action.a]\ncommand = '/bin/x'\n" + line;
    const auto parsed = parse_modules({"m.toml", text}, users, configuration);
    if (parsed) return "accepted";
    const std::string front = "m.toml:3: '" + line.substr(0, line.find(' ')) + "' ";
    const std::string& detail = parsed.error().detail;
    return detail.starts_with(front) ? detail.substr(front.size()) : detail;
  }
  const RunSettings& run() { return configuration.modules.at(0).actions.at(0).run; }
  // Both ends are accepted, what lies beyond is not.
  void expect_bounds(const std::string& key, std::int64_t least, std::int64_t most) {
    const std::string wrong =
        "must be from " + std::to_string(least) + " to " + std::to_string(most);
    for (const std::int64_t value : {least, most}) {
      EXPECT_EQ(setting(key + " = " + std::to_string(value)), "accepted") << key << value;
    }
    for (const std::int64_t value : {least - 1, most + 1, INT64_MIN, INT64_MAX}) {
      EXPECT_TRUE(setting(key + " = " + std::to_string(value)).starts_with("must be"))
          << key << value;
    }
    EXPECT_TRUE(setting(key + " = " + std::to_string(most + 1)).starts_with(wrong)) << key;
    EXPECT_NE(setting(key + " = '1'"), "accepted") << key;
  }

  FakeUsers users;
  Configuration configuration;
};

TEST_F(PolicyRunSettings, DefaultsLimitAndConfineNothing) {
  EXPECT_EQ(setting(""), "accepted");
  RunSettings as_read = run();
  const RunSettings usual;
  EXPECT_EQ(as_read.max_running, 0U);
  EXPECT_EQ(as_read.success_exit, std::vector<std::uint8_t>{0});
  // What was not written is as run_settings.h has it.
  as_read.argv = usual.argv;
  as_read.environment = usual.environment;
  as_read.uid = usual.uid;
  as_read.gid = usual.gid;
  as_read.groups = usual.groups;
  EXPECT_EQ(as_read, usual);
}

TEST_F(PolicyRunSettings, HoldsNumbersToTheirBounds) {
  expect_bounds("max_running", 1, 100000);
  expect_bounds("queue", 0, 100000);
  expect_bounds("retries", 0, 100);
  expect_bounds("processes", 1, 4194304);
  expect_bounds("open_files", 8, 1048576);
  expect_bounds("memory", 1 << 20, std::int64_t{1} << 50);
  expect_bounds("file_size", 1, std::int64_t{1} << 50);
  expect_bounds("output_limit", 4096, 1 << 30);
  EXPECT_EQ(setting("queue = 0"), "accepted");
  EXPECT_EQ(run().queue, 0U);
  EXPECT_EQ(setting("open_files = 64"), "accepted");
  EXPECT_EQ(run().open_files, 64U);
  EXPECT_EQ(setting("processes = 7"), "accepted");
  EXPECT_EQ(run().processes, 7U);
}

TEST_F(PolicyRunSettings, ReadsSizes) {
  const std::pair<const char*, std::uint64_t> sizes[] = {{"1048576", 1 << 20},
                                                         {"'1024K'", 1 << 20},
                                                         {"'1M'", 1 << 20},
                                                         {"'10M'", 10 << 20},
                                                         {"'2G'", std::uint64_t{2} << 30}};
  for (const auto& [text, bytes] : sizes) {
    EXPECT_EQ(setting("memory = " + std::string(text)), "accepted") << text;
    EXPECT_EQ(run().memory, bytes) << text;
  }
  for (const char* text :
       {"''", "'1'", "'K'", "'1k'", "'1KB'", "'1 M'", "' 1M'", "'1M '", "'-1M'", "'+1M'", "'1.5M'",
        "'0x1M'", "'4294967296G'", "'1T'", "true", "1.0", "-1", "['1M']"}) {
    EXPECT_EQ(setting("memory = " + std::string(text)),
              "must be a number of bytes, or one of K, M or G such as \"64K\"")
        << text;
  }
  EXPECT_EQ(setting("memory = '4294967295G'"), "must be from 1048576 to 1125899906842624 bytes");
  EXPECT_EQ(setting("file_size = '64K'"), "accepted");
  EXPECT_EQ(run().file_size, 65536U);
  EXPECT_EQ(setting("output_limit = '64K'"), "accepted");
  EXPECT_EQ(run().output_limit, 65536U);
}

TEST_F(PolicyRunSettings, ReadsTimes) {
  EXPECT_EQ(setting("retry_delay = '0s'"), "accepted");
  EXPECT_EQ(run().retry_delay, 0ms);
  EXPECT_EQ(setting("retry_delay = '24h'"), "accepted");
  EXPECT_EQ(setting("retry_delay = '25h'"), "must be from 0ms to 86400000ms");
  EXPECT_EQ(setting("cpu_time = '1s'"), "accepted");
  EXPECT_EQ(run().cpu_seconds, 1U);
  EXPECT_EQ(setting("cpu_time = '2000ms'"), "accepted");
  EXPECT_EQ(run().cpu_seconds, 2U);
  EXPECT_EQ(setting("cpu_time = '1500ms'"), "must be whole seconds");
  EXPECT_TRUE(setting("cpu_time = '999ms'").starts_with("must be from 1000ms"));
  EXPECT_TRUE(setting("cpu_time = '0s'").starts_with("must be from 1000ms"));
}

TEST_F(PolicyRunSettings, LockIsAName) {
  EXPECT_EQ(setting("lock = 'dns'"), "accepted");
  EXPECT_EQ(run().lock, "dns");
  for (const char* lock : {"''", "'DNS'", "'a b'", "'1'", "'../x'"}) {
    EXPECT_EQ(setting("lock = " + std::string(lock)), "must be a name, a-z then a-z 0-9 _ - .");
  }
}

TEST_F(PolicyRunSettings, SuccessIsOneStatusOrMore) {
  EXPECT_EQ(setting("success_exit = [0, 1, 255]"), "accepted");
  EXPECT_EQ(run().success_exit, (std::vector<std::uint8_t>{0, 1, 255}));
  EXPECT_EQ(setting("success_exit = 3"), "accepted");
  EXPECT_EQ(run().success_exit, std::vector<std::uint8_t>{3});
  EXPECT_EQ(setting("success_exit = []"), "must not be empty");
  for (const char* statuses : {"256", "-1", "[0, 256]", "'0'", "[0, '1']", "true", "[[0]]"}) {
    EXPECT_EQ(setting("success_exit = " + std::string(statuses)), "must be exit statuses, 0 to 255")
        << statuses;
  }
}

TEST_F(PolicyRunSettings, WhatIsWorthARetryIsOneStatusOrMore) {
  EXPECT_EQ(setting("retries = 2"), "accepted");
  EXPECT_TRUE(run().retry_exit.empty());
  EXPECT_EQ(setting("retry_exit = 75\nretries = 2"), "accepted");
  EXPECT_EQ(run().retry_exit, std::vector<std::uint8_t>{75});
  EXPECT_EQ(setting("retry_exit = [69, 75]\nretries = 2"), "accepted");
  EXPECT_EQ(run().retry_exit, (std::vector<std::uint8_t>{69, 75}));
  EXPECT_EQ(setting("retry_exit = []\nretries = 2"), "must not be empty");
  EXPECT_EQ(setting("retry_exit = 256\nretries = 2"), "must be exit statuses, 0 to 255");
  EXPECT_EQ(setting("retry_exit = 75"), "is for retries alone");
}

TEST_F(PolicyRunSettings, ProgressNamesItsDescriptor) {
  const std::string variable = "MGR_PROGRESS_FD=3";
  EXPECT_EQ(setting("progress = true"), "accepted");
  EXPECT_TRUE(run().progress);
  EXPECT_EQ(run().environment.back(), variable);
  EXPECT_EQ(setting("progress = false"), "accepted");
  EXPECT_EQ(std::ranges::count(run().environment, variable), 0);
  EXPECT_EQ(setting("env = { MGR_PROGRESS_FD = '1' }"),
            "must not set MGR_PROGRESS_FD: progress = true does");
}

TEST_F(PolicyRunSettings, ModeSaysHowItIsAnswered) {
  EXPECT_EQ(setting("mode = 'job'"), "accepted");
  EXPECT_EQ(run().mode, RunMode::job);
  EXPECT_EQ(setting("mode = 'stream'"), "accepted");
  EXPECT_EQ(run().mode, RunMode::stream);
  EXPECT_EQ(setting("mode = 'output'\noutput_format = 'json'\ncache = '30s'"), "accepted");
  EXPECT_EQ(run().mode, RunMode::output);
  EXPECT_TRUE(run().json_output);
  EXPECT_EQ(run().cache, 30s);
  EXPECT_EQ(setting("output_format = 'text'\nmode = 'output'"), "accepted");
  EXPECT_FALSE(run().json_output);
  for (const char* mode : {"''", "'Output'", "'reply'", "'output '"}) {
    EXPECT_EQ(setting("mode = " + std::string(mode)), "must be \"job\", \"output\" or \"stream\"");
  }
  EXPECT_NE(setting("mode = 1"), "accepted");
}

TEST_F(PolicyRunSettings, WhatIsForOneModeIsRefusedInTheOthers) {
  for (const std::string mode : {"", "\nmode = 'job'", "\nmode = 'stream'"}) {
    EXPECT_EQ(setting("cache = '1s'" + mode), "is for mode \"output\" alone") << mode;
    EXPECT_EQ(setting("output_format = 'text'" + mode), "is for mode \"output\" alone") << mode;
  }
  for (const std::string mode : {"output", "stream"}) {
    EXPECT_EQ(setting("retries = 1\nmode = '" + mode + "'"), "is for mode \"job\" alone");
    EXPECT_EQ(setting("retries = 0\nmode = '" + mode + "'"), "accepted");
    EXPECT_EQ(setting("queue = 3\nmax_running = 1\nlock = 'a'\nmode = '" + mode + "'"), "accepted");
  }
}

TEST_F(PolicyRunSettings, AnAnswerIsKeptForATenthOfASecondToADay) {
  for (const std::string time : {"100ms", "24h"}) {
    EXPECT_EQ(setting("cache = '" + time + "'\nmode = 'output'"), "accepted") << time;
  }
  for (const std::string time : {"99ms", "0s", "25h"}) {
    EXPECT_EQ(setting("cache = '" + time + "'\nmode = 'output'"),
              "must be from 100ms to 86400000ms")
        << time;
  }
  EXPECT_NE(setting("cache = true\nmode = 'output'"), "accepted");
  EXPECT_EQ(setting("output_format = 'yaml'\nmode = 'output'"), "must be \"text\" or \"json\"");
}

TEST_F(PolicyRunSettings, ReadsConfinement) {
  EXPECT_EQ(setting("private_tmp = true\nprivate_network = true\n"
                    "read_only_paths = ['/etc', '/srv/a b', '/.x/..y']"),
            "accepted");
  EXPECT_TRUE(run().private_tmp);
  EXPECT_TRUE(run().private_network);
  EXPECT_EQ(run().read_only_paths, (std::vector<std::string>{"/etc", "/srv/a b", "/.x/..y"}));
}

TEST_F(PolicyRunSettings, RefusesPathsThatAreNotWrittenInFull) {
  for (const char* path : {"etc", "", "./etc", "{n}"}) {
    EXPECT_EQ(setting("read_only_paths = ['" + std::string(path) + "']"),
              "must hold absolute paths")
        << path;
  }
  for (const char* path :
       {"//etc", "/etc/", "/etc//x", "/etc/..", "/../etc", "/./etc", "/etc/.", "//"}) {
    EXPECT_EQ(setting("read_only_paths = ['/srv', '" + std::string(path) + "']"),
              "must hold paths without //, /./, /../ and a / at the end")
        << path;
  }
  EXPECT_EQ(setting("read_only_paths = '/'"),
            "must not hold /, which would leave nothing to write to");
}

TEST_F(PolicyRunSettings, ReadsCapabilitiesByName) {
  for (const char* name :
       {"CAP_NET_BIND_SERVICE", "cap_net_bind_service", "net_bind_service", "NET_BIND_SERVICE"}) {
    EXPECT_EQ(setting("capabilities = ['" + std::string(name) + "', 'CAP_NET_RAW']"), "accepted");
    EXPECT_EQ(run().capabilities, 1U << CAP_NET_BIND_SERVICE | 1U << CAP_NET_RAW) << name;
    EXPECT_TRUE(configuration.warnings.empty());
  }
  for (const char* name : {"", "CAP_", "all", "=ep", "CAP_CAP_CHOWN", "10", "net_bind_service "}) {
    EXPECT_EQ(setting("capabilities = '" + std::string(name) + "'"),
              "names '" + std::string(name) + "', which is no capability");
  }
}

TEST_F(PolicyRunSettings, WarnsOfCapabilitiesThatAreAsGoodAsRoot) {
  EXPECT_EQ(setting("capabilities = ['CAP_SYS_ADMIN']"), "accepted");
  EXPECT_EQ(run().capabilities, std::uint64_t{1} << CAP_SYS_ADMIN);
  ASSERT_EQ(configuration.warnings.size(), 1U);
  EXPECT_EQ(configuration.warnings[0],
            "m.toml:3: 'capabilities' names 'CAP_SYS_ADMIN': who has it is as good as root");
}

}  // namespace
}  // namespace mgr
