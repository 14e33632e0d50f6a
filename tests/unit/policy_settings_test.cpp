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
                  "[jobs]\ncgroup = '/sys/fs/cgroup/mgr'\n"
                  "[limits]\nconnections = 100\nkept_places = 4\nconnections_per_caller = 5\n"
                  "requests_in_flight = 6\nblock_deadline = '7s'\nidle = '2m'\n"),
            "accepted");
  const Settings& settings = configuration.settings;
  EXPECT_EQ(settings.broker_user, "b");
  EXPECT_EQ(settings.job_user, "j");
  EXPECT_EQ(settings.admin_group, "g");
  EXPECT_EQ(settings.cgroup, "/sys/fs/cgroup/mgr");
  EXPECT_EQ(settings.limits, (BrokerLimits{100, 4, 5, 6, 7000, 120000}));
}

TEST_F(PolicySettings, EmptyFileMeansDefaults) {
  EXPECT_EQ(parse(""), "accepted");
  EXPECT_EQ(configuration.settings.limits, BrokerLimits{});
  EXPECT_EQ(configuration.settings.broker_user, "mgr-broker");
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

TEST_F(PolicySettings, RefusesUnknownKeyWithLine) {
  EXPECT_EQ(parse("[broker]\nport = 1"), "mgr.toml:2: unknown key 'port'");
  EXPECT_EQ(parse("[broker]\nlisten = 6667"), "mgr.toml:2: 'listen' must be a string");
  EXPECT_EQ(parse("\n[limit]\n"), "mgr.toml:2: unknown key 'limit'");
  EXPECT_EQ(parse("[jobs]\ncgroup = 'mgr'"), "mgr.toml:2: 'cgroup' must be an absolute path");
  EXPECT_EQ(parse("helper = 1"), "mgr.toml:1: 'helper' must be a table");
}

}  // namespace
}  // namespace mgr
