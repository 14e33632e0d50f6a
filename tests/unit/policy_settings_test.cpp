// mgr.toml from text; no file, no root.
#include <gtest/gtest.h>

#include "policy/parse.h"

namespace mgr {
namespace {

class PolicySettings : public testing::Test {
 protected:
  std::string parse(std::string_view text) {
    configuration = {};
    const auto parsed = parse_settings({"mgr.toml", text}, configuration);
    return parsed ? "accepted" : parsed.error().detail;
  }
  Configuration configuration;
};

TEST_F(PolicySettings, ReadsEverySetting) {
  EXPECT_EQ(parse("[broker]\nlisten = '127.0.0.1:6667'\n"
                  "[helper]\nbroker_user = 'b'\njob_user = 'j'\nadmin_group = 'g'\n"
                  "[jobs]\ncgroup = '/sys/fs/cgroup/mgr'\nmax_running = 8\n"
                  "keep_for = '7d'\nkeep_jobs = 20\nkeep_bytes = '64M'\n"
                  "[audit]\nrotate_size = '1M'\nkeep = 3\njournal = false\n"
                  "[limits]\nconnections = 100\nkept_places = 4\nconnections_per_caller = 5\n"
                  "requests_in_flight = 6\nrequests_per_second = 8\nburst = 9\n"
                  "block_deadline = '7s'\nidle = '2m'\n"),
            "accepted");
  const Settings& settings = configuration.settings;
  EXPECT_EQ(settings.broker_user, "b");
  EXPECT_EQ(settings.job_user, "j");
  EXPECT_EQ(settings.admin_group, "g");
  EXPECT_EQ(settings.cgroup, "/sys/fs/cgroup/mgr");
  EXPECT_EQ(settings.max_running, 8U);
  EXPECT_EQ(settings.keep_for, std::chrono::hours(24 * 7));
  EXPECT_EQ(settings.keep_jobs, 20U);
  EXPECT_EQ(settings.keep_bytes, 64U << 20);
  EXPECT_EQ(settings.audit_rotate_size, 1U << 20);
  EXPECT_EQ(settings.audit_keep, 3U);
  EXPECT_FALSE(settings.audit_journal);
  EXPECT_EQ(settings.limits, (BrokerLimits{100, 4, 5, 6, 7000, 120000, 8, 9}));
}

TEST_F(PolicySettings, EmptyFileMeansDefaults) {
  EXPECT_EQ(parse(""), "accepted");
  EXPECT_EQ(configuration.settings.limits, BrokerLimits{});
  EXPECT_EQ(configuration.settings.broker_user, "mgr-broker");
  EXPECT_EQ(configuration.settings.max_running, 256U);
  EXPECT_EQ(configuration.settings.keep_for, std::chrono::hours(24 * 30));
  EXPECT_EQ(configuration.settings.keep_jobs, 10000U);
  EXPECT_EQ(configuration.settings.keep_bytes, 1U << 30);
  EXPECT_EQ(configuration.settings.audit_rotate_size, 64U << 20);
  EXPECT_EQ(configuration.settings.audit_keep, 16U);
  EXPECT_TRUE(configuration.settings.audit_journal);
}

TEST_F(PolicySettings, RefusesLimitsOfNothingAndOverTheTop) {
  const std::string bounds = " must be from 1 to 1000000";
  EXPECT_EQ(parse("[limits]\nconnections = 0"), "mgr.toml:2: 'connections'" + bounds);
  EXPECT_EQ(parse("[limits]\nconnections = -1"), "mgr.toml:2: 'connections'" + bounds);
  EXPECT_EQ(parse("[limits]\nrequests_in_flight = 4294967297"),
            "mgr.toml:2: 'requests_in_flight'" + bounds);
  EXPECT_EQ(parse("[limits]\nconnections = 32"),
            "mgr.toml:1: 'kept_places' must be less than connections");
  EXPECT_EQ(parse("[limits]\nidle = '0s'"), "mgr.toml:2: 'idle' must be from 1ms to 86400000ms");
  EXPECT_EQ(parse("[limits]\nidle = '4294967295h'"),
            "mgr.toml:2: 'idle' must be from 1ms to 86400000ms");
}

TEST_F(PolicySettings, HoldsWhatIsKeptToItsBounds) {
  const auto jobs = [&](const std::string& line) { return parse("[jobs]\n" + line); };
  for (const char* line : {"max_running = 1", "max_running = 100000", "keep_for = '1s'",
                           "keep_for = '3660d'", "keep_jobs = 1", "keep_bytes = '1M'"}) {
    EXPECT_EQ(jobs(line), "accepted") << line;
  }
  EXPECT_EQ(jobs("max_running = 0"), "mgr.toml:2: 'max_running' must be from 1 to 100000");
  EXPECT_EQ(jobs("max_running = 100001"), "mgr.toml:2: 'max_running' must be from 1 to 100000");
  EXPECT_EQ(jobs("keep_jobs = 0"), "mgr.toml:2: 'keep_jobs' must be from 1 to 10000000");
  for (const char* line : {"keep_for = '999ms'", "keep_for = '3661d'", "keep_for = 30",
                           "keep_bytes = '1023K'", "keep_bytes = 1"}) {
    EXPECT_NE(jobs(line), "accepted") << line;
  }
}

TEST_F(PolicySettings, RefusesUnknownKeyWithLine) {
  EXPECT_EQ(parse("[broker]\nport = 1"), "mgr.toml:2: unknown key 'port'");
  EXPECT_EQ(parse("[broker]\nlisten = 6667"), "mgr.toml:2: 'listen' must be a string");
  EXPECT_EQ(parse("\n[limit]\n"), "mgr.toml:2: unknown key 'limit'");
  EXPECT_EQ(parse("[jobs]\ncgroup = 'mgr'"), "mgr.toml:2: 'cgroup' must be an absolute path");
  EXPECT_EQ(parse("helper = 1"), "mgr.toml:1: 'helper' must be a table");
}

}  // namespace
}  // namespace mgr
