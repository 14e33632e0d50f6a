// A shutdown that is forced: whether rules let others than the admins have it.
#include <gtest/gtest.h>

#include "policy/lint/built_in.h"
#include "policy/parse.h"
#include "policy_fake_users.h"

namespace mgr {
namespace {

constexpr gid_t admins = 900;  // FakeUsers' mgr-admin

// Whether the rules, of principals "web", "staff", "admins" and "root", give a forced shutdown.
bool may_force(const std::string& rules) {
  Configuration configuration;
  FakeUsers users;
  const auto parsed = parse_policy({"policy.toml",
                                    "[[principal]]\nname = 'web'\nuser = 'www-data'\n"
                                    "[[principal]]\nname = 'staff'\nuser = ['bind']\n"
                                    "[[principal]]\nname = 'admins'\ngroup = 'mgr-admin'\n"
                                    "[[principal]]\nname = 'root'\nuid = 0\n" +
                                        rules},
                                   users, configuration);
  EXPECT_TRUE(parsed) << parsed.error().detail;
  PolicyReview review;
  review.policy = configuration.policy;
  std::vector<Finding> findings;
  lint_built_in(review, admins, findings);
  for (const Finding& finding : findings) EXPECT_EQ(finding.code, "forced-shutdown");
  return !findings.empty();
}

std::string rule(const std::string& kind, const std::string& who, const std::string& action,
                 const std::string& where = "") {
  return "[[" + kind + "]]\nwho = " + who + "\nmodule = ['scan', 'shutdown']\naction = " + action +
         "\n" + (where.empty() ? "" : "where = { " + where + " }\n");
}

TEST(LintForce, IsFoundForOthersThanTheAdmins) {
  EXPECT_TRUE(may_force(rule("allow", "'web'", "'poweroff'")));
  EXPECT_TRUE(may_force(rule("allow", "['admins', 'web']", "['status', 'halt']")));
  EXPECT_TRUE(may_force(rule("allow", "'anyone'", "'*'")));
  EXPECT_TRUE(may_force(rule("allow", "'web'", "'reboot'", "delay = '10m'")));
  EXPECT_TRUE(may_force(rule("allow", "'web'", "'reboot'", "force = ['no', 'yes']")));
}

TEST(LintForce, IsNotFoundForAdminsNorOfWhatEndsNothing) {
  EXPECT_FALSE(may_force(rule("allow", "['admins', 'root']", "'*'")));
  EXPECT_FALSE(may_force(rule("allow", "'web'", "['status', 'cancel']")));
  EXPECT_FALSE(may_force(rule("deny", "'web'", "'*'")));
  EXPECT_FALSE(may_force("[[allow]]\nwho = 'web'\nmodule = 'scan'\naction = '*'\n"));
}

TEST(LintForce, IsNotFoundWhereTheRuleOrADenyTakesItAway) {
  const std::string allow = rule("allow", "'web'", "['poweroff', 'reboot']");
  EXPECT_FALSE(may_force(rule("allow", "'web'", "'*'", "force = 'no'")));
  EXPECT_FALSE(may_force(rule("allow", "'web'", "'*'", "wait_for_jobs = 'yes'")));
  EXPECT_TRUE(may_force(rule("allow", "'web'", "'*'", "wait_for_jobs = ['yes', 'no']")));
  EXPECT_FALSE(may_force(allow + rule("deny", "'web'", "'*'", "force = 'yes'")));
  EXPECT_FALSE(may_force(allow + rule("deny", "'anyone'", "['poweroff', 'reboot']")));
  EXPECT_FALSE(may_force(rule("deny", "'web'", "'poweroff'", "force = ['yes', 'no']") + allow +
                         rule("deny", "['staff', 'web']", "'reboot'", "force = 'yes'")));
}

TEST(LintForce, ADenyOfLessLeavesIt) {
  const std::string allow = rule("allow", "['web', 'staff']", "['poweroff', 'reboot']");
  for (const std::string& deny : {rule("deny", "'web'", "'*'", "force = 'yes'"),
                                  rule("deny", "['web', 'staff']", "'poweroff'", "force = 'yes'"),
                                  rule("deny", "['web', 'staff']", "'*'", "force = 'no'"),
                                  rule("deny", "'anyone'", "'*'", "force = 'yes', delay = '0s'"),
                                  rule("deny", "'anyone'", "'*'", "delay = '0s'")}) {
    EXPECT_TRUE(may_force(allow + deny)) << deny;
  }
}

}  // namespace
}  // namespace mgr
