// The decision, one promise a test.
#include <gtest/gtest.h>

#include "policy/decide.h"
#include "policy/parse.h"
#include "tests/unit/policy_fake_users.h"

namespace mgr {
namespace {

using namespace std::string_literals;

class PolicyDecide : public testing::Test {
 protected:
  void load(const std::string& rules) {
    Configuration configuration;
    const std::string principals =
        "[[principal]]\nname='web'\nuser='www-data'\n[[principal]]\nname='admins'\n"
        "group='mgr-admin'\n[[principal]]\nname='interns'\ngroup='interns'\n";
    const auto parsed = parse_policy({"p.toml", principals + rules}, users, configuration);
    ASSERT_TRUE(parsed) << parsed.error().detail;
    decider.emplace(std::move(configuration.policy));
  }
  // The line that allowed it, counted from the first rule; 0 where it was denied.
  unsigned allowed(const Subject& subject, std::string_view action = "start",
                   const ArgumentValues& arguments = {}) {
    const auto decision = decider->decide(subject, "scan", action, arguments);
    return decision ? decision->rule().line - 9 : 0;
  }
  static std::string rule(const std::string& kind, const std::string& who,
                          const std::string& more = "") {
    return "[[" + kind + "]]\nwho='" + who + "'\nmodule='scan'\naction='start'\n" + more + "\n";
  }

  const Subject web{33, {33}};
  const Subject admin{1000, {1000, 900}};
  const Subject unproved{std::nullopt, {}};
  FakeUsers users;
  std::optional<Decider> decider;
};

TEST_F(PolicyDecide, EmptyPolicyDeniesAll) {
  load("");
  for (const Subject& subject : {web, admin, unproved, Subject{0, {0}}}) {
    EXPECT_EQ(allowed(subject), 0U);
  }
  const Decider nothing{Policy{}};
  const auto decision = nothing.decide(Subject{0, {0}}, "scan", "start", {});
  ASSERT_FALSE(decision);
  EXPECT_EQ(decision.error().rule, nullptr);
}

TEST_F(PolicyDecide, DefaultDeny) {
  load(rule("allow", "web"));
  EXPECT_EQ(allowed(web), 1U);
  EXPECT_EQ(allowed(admin), 0U);
  EXPECT_EQ(allowed(unproved), 0U);
  EXPECT_EQ(allowed(web, "stop"), 0U);
  EXPECT_FALSE(decider->decide(web, "mgr", "start", {}));
}

TEST_F(PolicyDecide, MatchesNamesExactly) {  // CVE-2017-11610
  load(rule("allow", "anyone"));
  for (const char* action : {"Start", "START", "start ", "star", "starts", "", "scan.start", "*",
                             "start\n", "a-name-that-is-far-longer-than-any-name-may-be"}) {
    EXPECT_EQ(allowed(web, action), 0U) << action;
  }
  EXPECT_FALSE(decider->decide(web, "scan\nstart", "", {}));
  EXPECT_FALSE(decider->decide(web, std::string(70000, 'a'), "start", {}));
}

TEST_F(PolicyDecide, ExplicitDenyWins) {
  load(rule("deny", "web") + rule("allow", "anyone"));
  EXPECT_EQ(allowed(web), 0U);
  EXPECT_EQ(allowed(admin), 6U);
  load(rule("allow", "anyone") + rule("deny", "web"));
  EXPECT_EQ(allowed(web), 0U);
  const auto decision = decider->decide(web, "scan", "start", {});
  ASSERT_NE(decision.error().rule, nullptr);
  EXPECT_EQ(decision.error().rule->line, 15U);
}

TEST_F(PolicyDecide, FirstMatchingAllowDecides) {
  load(rule("allow", "admins", "jobs='all'") + rule("allow", "anyone", "jobs='claimed'"));
  EXPECT_EQ(allowed(admin), 1U);
  EXPECT_EQ(decider->decide(admin, "scan", "start", {})->jobs(), JobScope::all);
  EXPECT_EQ(allowed(unproved), 6U);
  EXPECT_EQ(decider->decide(web, "scan", "start", {})->jobs(), JobScope::claimed);
}

TEST_F(PolicyDecide, StarIsEveryActionOfThatModule) {
  load("[[allow]]\nwho='web'\nmodule='scan'\naction='*'\n" + rule("deny", "web"));
  EXPECT_EQ(allowed(web, "stop"), 1U);
  EXPECT_EQ(allowed(web, "start"), 0U);
  EXPECT_FALSE(decider->decide(web, "mgr", "stop", {}));
  load(rule("allow", "web") + "[[deny]]\nwho='web'\nmodule='scan'\naction='*'\n");
  EXPECT_EQ(allowed(web, "start"), 0U);
}

TEST_F(PolicyDecide, DenyFollowsDatabaseGroupEvenIfShed) {
  load(rule("allow", "anyone") + rule("deny", "interns"));
  EXPECT_EQ(allowed(Subject{1003, {901}}), 0U);   // in the group now
  EXPECT_EQ(allowed(Subject{1001, {1001}}), 0U);  // has given it up
  EXPECT_EQ(allowed(Subject{1003, {1003}}), 1U);
}

TEST_F(PolicyDecide, AllowDoesNotFollowTheDatabase) {
  load(rule("allow", "interns") + "[[deny]]\nwho='interns'\nmodule='mgr'\naction='x'\n");
  EXPECT_EQ(allowed(Subject{1001, {901}}), 1U);
  EXPECT_EQ(allowed(Subject{1001, {1001}}), 0U);
}

TEST_F(PolicyDecide, NobodyIsAnyoneAlone) {  // CVE-2019-14287
  Policy policy;
  policy.principals = {
      {anyone_principal, {}, {}, {}, true},
      {"p", {65534, static_cast<uid_t>(-1)}, {65534, 7, static_cast<gid_t>(-1)}, {}, false}};
  Rule to_p;
  to_p.allow = true;
  to_p.who = {1};
  to_p.modules = {"scan"};
  to_p.actions = {"start"};
  policy.rules = {to_p};
  const Decider strict(std::move(policy));
  const auto is_allowed = [&](const Subject& subject) {
    return strict.decide(subject, "scan", "start", {}).has_value();
  };
  EXPECT_FALSE(is_allowed({65534, {7}}));
  EXPECT_FALSE(is_allowed({static_cast<uid_t>(-1), {7}}));
  EXPECT_FALSE(is_allowed({std::nullopt, {7}}));
  EXPECT_FALSE(is_allowed({1000, {65534, static_cast<gid_t>(-1)}}));
  EXPECT_TRUE(is_allowed({1000, {7}}));
  EXPECT_EQ(strict.principals_of({65534, {7}}), (std::vector<std::string_view>{"anyone"}));
}

TEST_F(PolicyDecide, UidOverIntMaxIsAnOrdinaryUser) {  // CVE-2018-19788
  load(rule("allow", "web"));
  EXPECT_EQ(allowed(Subject{4000000000U, {4000000000U}}), 0U);
}

TEST_F(PolicyDecide, AllowWantsEveryElementInRange) {
  load(rule("allow", "web", "where = { id = ['1..9', 20] }"));
  EXPECT_EQ(allowed(web, "start", {{"id", {5L}}}), 1U);
  EXPECT_EQ(allowed(web, "start", {{"id", {1L, 9L, 20L}}}), 1U);
  EXPECT_EQ(allowed(web, "start", {{"id", {1L, 10L}}}), 0U);
  EXPECT_EQ(allowed(web, "start", {{"id", {0L}}}), 0U);
  EXPECT_EQ(allowed(web, "start", {{"id", {std::string("5")}}}), 0U);
  EXPECT_EQ(allowed(web, "start", {{"id", {}}}), 0U);
  EXPECT_EQ(allowed(web, "start", {{"other", {5L}}}), 0U);
  EXPECT_EQ(allowed(web), 0U);
}

TEST_F(PolicyDecide, DenyIsNotLiftedByAHarmlessElement) {
  load(rule("allow", "anyone") + rule("deny", "web", "where = { id = 7 }"));
  EXPECT_EQ(allowed(web, "start", {{"id", {7L}}}), 0U);
  EXPECT_EQ(allowed(web, "start", {{"id", {1L, 7L}}}), 0U);
  EXPECT_EQ(allowed(web, "start", {{"id", {1L}}}), 1U);
  EXPECT_EQ(allowed(web), 1U);
}

TEST_F(PolicyDecide, DenyAppliesToWhatItCannotMeasure) {
  load(rule("allow", "anyone") + rule("deny", "web", "where = { id = 7 }"));
  EXPECT_EQ(allowed(web, "start", {{"id", {std::string("x")}}}), 0U);
  EXPECT_EQ(allowed(web, "start", {{"id", {true}}}), 0U);
}

TEST_F(PolicyDecide, AllowWantsEveryTextToTheLetter) {
  load(rule("allow", "web", "where = { unit = ['ssh.service', 'cron.service', '7'] }"));
  const auto unit = [&](std::vector<Scalar> items) {
    return allowed(web, "start", {{"unit", std::move(items)}});
  };
  EXPECT_EQ(unit({"ssh.service"s}), 1U);
  EXPECT_EQ(unit({"ssh.service"s, "cron.service"s}), 1U);
  EXPECT_EQ(unit({"ssh.service"s, "dbus.service"s}), 0U);
  for (const char* text : {"SSH.service", "ssh.service ", "ssh", "*", "", "ssh.servicex"}) {
    EXPECT_EQ(unit({std::string(text)}), 0U) << text;
  }
  EXPECT_EQ(unit({"7"s}), 1U);
  EXPECT_EQ(unit({7L}), 1U);
  EXPECT_EQ(unit({8L}), 0U);
}

TEST_F(PolicyDecide, DenyOfATextIsNotLiftedByAHarmlessOne) {
  load(rule("allow", "anyone") + rule("deny", "web", "where = { user = ['root', 'admin'] }"));
  const auto user = [&](std::vector<Scalar> items) {
    return allowed(web, "start", {{"user", std::move(items)}});
  };
  EXPECT_EQ(user({"guest"s}), 1U);
  EXPECT_EQ(user({"guest"s, "root"s}), 0U);
  // An integer is measured by ranges, and here is none.
  EXPECT_EQ(user({0L}), 0U);
}

TEST_F(PolicyDecide, BooleansAreTheirTexts) {
  load(rule("allow", "web", "where = { force = 'no' }"));
  EXPECT_EQ(allowed(web, "start", {{"force", {false}}}), 1U);
  EXPECT_EQ(allowed(web, "start", {{"force", {true}}}), 0U);
}

TEST_F(PolicyDecide, EveryConditionMustHold) {
  load(rule("allow", "web", "where = { a = 1, b = 2 }"));
  EXPECT_EQ(allowed(web, "start", {{"a", {1L}}, {"b", {2L}}}), 1U);
  EXPECT_EQ(allowed(web, "start", {{"a", {1L}}, {"b", {1L}}}), 0U);
  EXPECT_EQ(allowed(web, "start", {{"a", {1L}}}), 0U);
}

TEST_F(PolicyDecide, NamesThePrincipalsOfASubject) {
  load("");
  using Names = std::vector<std::string_view>;
  EXPECT_EQ(decider->principals_of(unproved), (Names{"anyone"}));
  EXPECT_EQ(decider->principals_of({33, {33, 901, 900, 901}}),
            (Names{"anyone", "web", "admins", "interns"}));
}

}  // namespace
}  // namespace mgr
