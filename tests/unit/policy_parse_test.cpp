// policy.toml from text; no file, no root.
#include <gtest/gtest.h>

#include "policy/parse.h"
#include "tests/unit/policy_fake_users.h"

namespace mgr {
namespace {

class PolicyParse : public testing::Test {
 protected:
  // "accepted", or the message.
  std::string parse(std::string_view text) {
    configuration = {};
    const auto parsed = parse_policy({"policy.toml", text}, users, configuration);
    return parsed ? "accepted" : parsed.error().detail;
  }
  // The same for a further file, which adds to what the ones before it said.
  std::string parse_after(std::string_view text, const std::string& file = "rules.d/a.toml") {
    const auto parsed = parse_policy({file, text}, users, configuration);
    return parsed ? "accepted" : parsed.error().detail;
  }
  // The message for one rule, which begins at line 1, or for one principal.
  std::string allow(const std::string& lines) { return parse("[[allow]]\n" + lines); }
  std::string principal(const std::string& lines) { return parse("[[principal]]\n" + lines); }
  const Policy& policy() { return configuration.policy; }

  FakeUsers users;
  Configuration configuration;
};

TEST_F(PolicyParse, ResolvesNamesToNumbers) {
  EXPECT_EQ(principal("name = 'web'\nuser = ['www-data', 'bind']\ngroup = 'mgr-admin'\nuid = 7"),
            "accepted");
  ASSERT_EQ(policy().principals.size(), 2U);
  EXPECT_TRUE(policy().principals[0].is_anyone);
  EXPECT_EQ(policy().principals[0].name, "anyone");
  const Principal& web = policy().principals[1];
  EXPECT_EQ(web.name, "web");
  EXPECT_EQ(web.uids, (std::vector<uid_t>{33, 53, 7}));
  EXPECT_EQ(web.gids, (std::vector<gid_t>{900}));
  EXPECT_FALSE(web.is_anyone);
}

TEST_F(PolicyParse, UnknownUserIsAWarningAndMatchesNobody) {
  EXPECT_EQ(principal("name = 'web'\nuser = ['apache']\ngroup = 'wheel'"), "accepted");
  EXPECT_TRUE(policy().principals[1].uids.empty());
  EXPECT_TRUE(policy().principals[1].gids.empty());
  EXPECT_EQ(configuration.warnings,
            (std::vector<std::string>{
                "policy.toml:3: 'user' names 'apache', unknown here: matches nobody",
                "policy.toml:4: 'group' names 'wheel', unknown here: matches nobody"}));
}

TEST_F(PolicyParse, UserDatabaseThatDoesNotAnswerIsAnError) {
  users.is_away = true;
  EXPECT_EQ(principal("name = 'web'\nuser = 'www-data'"),
            "policy.toml:3: 'user' the directory is away");
}

TEST_F(PolicyParse, RefusesPrincipalThatNamesNobody) {
  const std::string refused = "policy.toml:1: principal 'web' names no user, group, uid or key";
  EXPECT_EQ(principal("name = 'web'"), refused);
  EXPECT_EQ(principal("name = 'web'\nuser = []\ngroup = []\nuid = []\nkey = []"), refused);
}

TEST_F(PolicyParse, RefusesTakenAndMisspeltPrincipalNames) {
  const std::string taken = "'name' is taken by another principal, at policy.toml:1";
  EXPECT_EQ(parse("[[principal]]\nname='a'\nuid=1\n[[principal]]\nname='a'\nuid=2"),
            "policy.toml:5: " + taken);
  EXPECT_EQ(principal("name = 'anyone'\nuid = 1"),
            "policy.toml:2: 'name' is taken: it is everybody");
  for (const char* name : {"''", "'Web'", "'a b'", "'*'", "1", "'../x'"}) {
    EXPECT_TRUE(principal("name = " + std::string(name) + "\nuid = 1")
                    .starts_with("policy.toml:2: 'name' must be"));
  }
  EXPECT_TRUE(principal("uid = 1").starts_with("policy.toml:1: 'name' must be a name"));
}

TEST_F(PolicyParse, RefusesUidsThatAreNobody) {  // CVE-2019-14287
  for (const char* uid :
       {"-1", "65534", "4294967295", "4294967296", "[1, -1]", "'0'", "'#0'", "0.0", "true"}) {
    EXPECT_EQ(principal("name = 'a'\nuid = " + std::string(uid)),
              "policy.toml:3: 'uid' must be from 0 to 4294967294, and not 65534 (nobody)")
        << uid;
  }
  EXPECT_EQ(principal("name = 'a'\nuser = 'nobody'"),
            "policy.toml:3: 'user' names 'nobody', who is nobody");
  EXPECT_EQ(principal("name = 'a'\ngroup = 'nogroup'"),
            "policy.toml:3: 'group' names 'nogroup', which is nobody's");
}

TEST_F(PolicyParse, UidOverIntMaxIsAnOrdinaryUser) {  // CVE-2018-19788
  EXPECT_EQ(principal("name = 'a'\nuid = 4000000000"), "accepted");
  EXPECT_EQ(policy().principals[1].uids, (std::vector<uid_t>{4000000000}));
}

TEST_F(PolicyParse, KeepsRulesInTheOrderOfTheFile) {
  EXPECT_EQ(parse("[[deny]]\nwho = 'anyone'\nmodule = 'a'\naction = 'x'\n"
                  "[[allow]]\nwho = 'anyone'\nmodule = ['b', 'c']\naction = ['x', '*']\n"
                  "[[deny]]\nwho = 'p'\nmodule = 'd'\naction = 'x'\n"
                  "[[principal]]\nname = 'p'\nuid = 1\n"
                  "[[allow]]\nwho = ['p', 'anyone']\nmodule = 'e'\naction = 'x'\njobs = 'all'\n"),
            "accepted");
  const auto& rules = policy().rules;
  ASSERT_EQ(rules.size(), 4U);
  EXPECT_EQ(rules[0].line, 1U);
  EXPECT_FALSE(rules[0].allow);
  EXPECT_EQ(rules[1].line, 5U);
  EXPECT_TRUE(rules[1].allow);
  EXPECT_EQ(rules[1].modules, (std::vector<std::string>{"b", "c"}));
  EXPECT_EQ(rules[1].actions, (std::vector<std::string>{"x", "*"}));
  EXPECT_EQ(rules[1].jobs, JobScope::own);
  EXPECT_EQ(rules[2].line, 9U);
  EXPECT_EQ(rules[3].line, 16U);
  EXPECT_EQ(rules[3].file, "policy.toml");
  EXPECT_EQ(rules[3].who, (std::vector<std::size_t>{1, 0}));
  EXPECT_EQ(rules[3].jobs, JobScope::all);
}

TEST_F(PolicyParse, ReadsConditions) {
  EXPECT_EQ(allow("who='anyone'\nmodule='a'\naction='x'\n"
                  "where = { id = ['1..9', '-5', 12, '-3..-1'], n = 7 }"),
            "accepted");
  const auto& where = policy().rules.at(0).where;
  ASSERT_EQ(where.size(), 2U);
  EXPECT_EQ(where[0].argument, "id");
  ASSERT_EQ(where[0].ranges.size(), 4U);
  EXPECT_EQ(where[0].ranges[0].least, 1);
  EXPECT_EQ(where[0].ranges[0].most, 9);
  EXPECT_EQ(where[0].ranges[1].least, -5);
  EXPECT_EQ(where[0].ranges[1].most, -5);
  EXPECT_EQ(where[0].ranges[2].most, 12);
  EXPECT_EQ(where[0].ranges[3].least, -3);
  EXPECT_EQ(where[1].ranges.at(0).least, 7);
}

TEST_F(PolicyParse, KeepsTextsOfConditionsBesideRanges) {
  EXPECT_EQ(allow("who='anyone'\nmodule='a'\naction='x'\n"
                  "where = { a = ['ssh.service', '7', '1..9', 5, '-3'], b = 'a.example' }"),
            "accepted");
  const auto& where = policy().rules.at(0).where;
  EXPECT_EQ(where.at(0).texts, (std::vector<std::string>{"ssh.service", "7"}));
  ASSERT_EQ(where[0].ranges.size(), 4U);
  EXPECT_EQ(where[0].ranges[0].least, 7);
  EXPECT_EQ(where[0].ranges[1].most, 9);
  EXPECT_EQ(where.at(1).texts, (std::vector<std::string>{"a.example"}));
  EXPECT_TRUE(where[1].ranges.empty());
}

TEST_F(PolicyParse, RefusesConditionsThatNoValueCanMeet) {
  for (const char* range : {"''", "'..'", "'1..'", "'..9'", "'9..1'", "'1...9'", "'1..2..3'",
                            "'-x'", "'a..b'", "\"a\\nb\"", "1.5", "true", "['a', 1.5]", "{}"}) {
    EXPECT_EQ(allow("who='anyone'\nmodule='a'\naction='x'\nwhere.id = " + std::string(range)),
              "policy.toml:5: 'where' of 'id' must be \"1..9\", a number, a text without \"..\", "
              "or a list of them")
        << range;
  }
  EXPECT_EQ(allow("who='anyone'\nmodule='a'\naction='x'\nwhere.id = []"),
            "policy.toml:5: 'where' of 'id' must not be empty");
  EXPECT_EQ(allow("who='anyone'\nmodule='a'\naction='x'\nwhere.auth-key = 1"),
            "policy.toml:5: 'where' of 'auth-key' is not an argument's name");
}

TEST_F(PolicyParse, RefusesRuleThatLacksSomethingOrHoldsNothing) {
  EXPECT_EQ(allow("module='a'\naction='x'"), "policy.toml:1: 'who' is missing");
  EXPECT_EQ(allow("who=[]\nmodule='a'\naction='x'"), "policy.toml:2: 'who' must not be empty");
  EXPECT_EQ(allow("who='anyone'\naction='x'"), "policy.toml:1: 'module' is missing");
  EXPECT_EQ(allow("who='anyone'\nmodule=[]\naction='x'"),
            "policy.toml:3: 'module' must not be empty");
  EXPECT_EQ(allow("who='anyone'\nmodule='a'"), "policy.toml:1: 'action' is missing");
  EXPECT_EQ(allow("who='anyone'\nmodule='a'\naction=[]"),
            "policy.toml:4: 'action' must not be empty");
  EXPECT_EQ(allow("who='anyone'\nmodule='a'\naction=[1]"),
            "policy.toml:4: 'action' must be a string or a list of strings");
}

TEST_F(PolicyParse, RefusesUnknownPrincipalAndOddNames) {
  EXPECT_EQ(allow("who=['anyone', 'web']\nmodule='a'\naction='x'"),
            "policy.toml:2: 'who' names 'web', which is no principal");
  EXPECT_EQ(allow("who='anyone'\nmodule='*'\naction='x'"),
            "policy.toml:3: 'module' names '*', which is not a name");
  EXPECT_EQ(allow("who='anyone'\nmodule='SCAN'\naction='x'"),
            "policy.toml:3: 'module' names 'SCAN', which is not a name");
  EXPECT_EQ(allow("who='anyone'\nmodule='a'\naction='st*'"),
            "policy.toml:4: 'action' names 'st*', which is neither a name nor \"*\"");
}

TEST_F(PolicyParse, RefusesUnknownKeyWithLine) {
  const std::string rule = "who='anyone'\nmodule='a'\naction='x'\n";
  EXPECT_EQ(allow(rule + "min_proof = 'kernel'"), "policy.toml:5: unknown key 'min_proof'");
  EXPECT_EQ(parse("\n[[alow]]\n" + rule), "policy.toml:2: unknown key 'alow'");
  EXPECT_EQ(principal("name='a'\nuid=1\nkeys='k'"), "policy.toml:4: unknown key 'keys'");
  EXPECT_EQ(parse("[[deny]]\n" + rule + "jobs = 'all'"), "policy.toml:5: unknown key 'jobs'");
  EXPECT_EQ(parse("[[deny]]\n" + rule + "rate = '5/s'"), "policy.toml:5: unknown key 'rate'");
}

TEST_F(PolicyParse, RefusesWrongShapes) {
  EXPECT_EQ(parse("[allow]\nwho='anyone'"), "policy.toml:1: 'allow' must be written [[allow]]");
  EXPECT_EQ(parse("allow = [1]"), "policy.toml:1: 'allow' must be written [[allow]]");
  EXPECT_EQ(allow("who='anyone'\nmodule='a'\naction='x'\nwhere='id'"),
            "policy.toml:5: 'where' must be a table");
  EXPECT_EQ(allow("who='anyone'\nmodule='a'\naction='x'\njobs='mine'"),
            "policy.toml:5: 'jobs' must be \"own\", \"claimed\" or \"all\"");
}

TEST_F(PolicyParse, RefusesWhatIsNotTomlWithLine) {
  EXPECT_TRUE(parse("\n\n[[allow]").starts_with("policy.toml:3: ")) << parse("\n\n[[allow]");
  EXPECT_TRUE(parse("a = 1\na = 2").starts_with("policy.toml:2: "));
  EXPECT_TRUE(parse("a = '\xff'").starts_with("policy.toml:1: "));
  EXPECT_EQ(principal("name='a'\nuser=\"root\\u0000x\""), "policy.toml:3: a string holds NUL");
  EXPECT_EQ(parse("x = " + std::string(17, '[') + std::string(17, ']')),
            "policy.toml:1: nested too deeply");
}

TEST_F(PolicyParse, LooksUpMembersForDenyAlone) {
  const std::string interns = "[[principal]]\nname='i'\ngroup='interns'\n";
  const std::string rule = "who='i'\nmodule='a'\naction='x'\n";
  EXPECT_EQ(parse(interns + "[[allow]]\n" + rule), "accepted");
  EXPECT_EQ(users.member_lookups, 0);
  EXPECT_TRUE(policy().principals[1].member_uids.empty());
  EXPECT_EQ(parse(interns + "[[deny]]\n" + rule + "[[deny]]\n" + rule), "accepted");
  EXPECT_EQ(users.member_lookups, 1);
  EXPECT_EQ(policy().principals[1].member_uids, (std::vector<uid_t>{1001, 1002}));
}

TEST_F(PolicyParse, PrincipalOfKeysAloneMatchesNobodyYet) {
  EXPECT_EQ(principal("name = 'ci'\nkey = ['build-1', 'build-2']"), "accepted");
  EXPECT_EQ(policy().principals.at(1).keys, (std::vector<std::string>{"build-1", "build-2"}));
  EXPECT_TRUE(policy().principals.at(1).uids.empty());
  EXPECT_FALSE(policy().principals.at(1).is_anyone);
  for (const char* key : {"''", "'A'", "'a b'", "'../k'", "'*'", "['k', '-k']"}) {
    EXPECT_TRUE(principal("name = 'ci'\nkey = " + std::string(key))
                    .starts_with("policy.toml:3: 'key' names '"))
        << key;
  }
  EXPECT_EQ(principal("name = 'ci'\nkey = 7"),
            "policy.toml:3: 'key' must be a string or a list of strings");
}

TEST_F(PolicyParse, ReadsRates) {
  const std::string rule = "who='anyone'\nmodule='a'\naction='x'\nrate = ";
  struct Case {
    const char* text;
    unsigned count, seconds;
  };
  for (const auto& [text, count, seconds] :
       {Case{"'5/s'", 5, 1}, Case{"'30/min'", 30, 60}, Case{"'100/h'", 100, 3600},
        Case{"'1000000/d'", 1000000, 86400}, Case{"'1/d'", 1, 86400}}) {
    EXPECT_EQ(allow(rule + text), "accepted") << text;
    EXPECT_EQ(policy().rules.at(0).rate.count, count);
    EXPECT_EQ(policy().rules.at(0).rate.seconds, seconds);
  }
  EXPECT_EQ(allow("who='anyone'\nmodule='a'\naction='x'"), "accepted");
  EXPECT_EQ(policy().rules.at(0).rate.count, 0U);
}

TEST_F(PolicyParse, RefusesRatesThatAreNoNumberAPeriod) {
  for (const char* rate : {"'0/min'", "'30/fortnight'", "''",
                           "'/'",     "'30'",           "'30/'",
                           "'/min'",  "'-1/s'",         "'+1/s'",
                           "'01/s'",  "' 1/s'",         "'1 /s'",
                           "'1/ s'",  "'1/s '",         "'1/S'",
                           "'1/m'",   "'1/1s'",         "'1.5/s'",
                           "'1/s/s'", "'1000001/d'",    "'99999999999999999999/s'",
                           "30",      "['5/s']",        "true",
                           "{}"}) {
    EXPECT_EQ(allow("who='anyone'\nmodule='a'\naction='x'\nrate = " + std::string(rate)),
              "policy.toml:5: 'rate' must be 1 to 1000000 a s, min, h or d, such as \"30/min\"")
        << rate;
  }
}

TEST_F(PolicyParse, FurtherFileUsesEarlierPrincipalsAndItsRulesComeLast) {
  const std::string rule = "module='a'\naction='x'\n";
  EXPECT_EQ(parse("\n\n[[principal]]\nname='p'\nuid=1\n[[allow]]\nwho='p'\n" + rule), "accepted");
  EXPECT_EQ(parse_after("[[deny]]\nwho=['q', 'p']\n" + rule +
                        "[[principal]]\nname='q'\nuid=2\n[[allow]]\nwho='anyone'\n" + rule),
            "accepted");
  EXPECT_EQ(parse_after("[[allow]]\nwho='q'\n" + rule, "rules.d/b.toml"), "accepted");
  ASSERT_EQ(policy().principals.size(), 3U);
  EXPECT_TRUE(policy().principals[0].is_anyone);
  std::vector<std::string> places;
  for (const Rule& each : policy().rules)
    places.push_back(each.file + ":" + std::to_string(each.line));
  EXPECT_EQ(places, (std::vector<std::string>{"policy.toml:6", "rules.d/a.toml:1",
                                              "rules.d/a.toml:8", "rules.d/b.toml:1"}));
  EXPECT_EQ(policy().rules[1].who, (std::vector<std::size_t>{2, 1}));
  EXPECT_EQ(policy().rules[3].who, (std::vector<std::size_t>{2}));
}

TEST_F(PolicyParse, FurtherFileCannotDeclareAPrincipalAgain) {
  EXPECT_EQ(parse("\n[[principal]]\nname='p'\nuid=1"), "accepted");
  EXPECT_EQ(parse_after("\n\n[[principal]]\nname='p'\nuid=2"),
            "rules.d/a.toml:4: 'name' is taken by another principal, at policy.toml:2");
  EXPECT_EQ(parse("[[allow]]\nwho='later'\nmodule='a'\naction='x'"),
            "policy.toml:2: 'who' names 'later', which is no principal");
}

TEST_F(PolicyParse, FurtherFileThatDeniesLooksUpTheMembersOfAnEarlierPrincipal) {
  EXPECT_EQ(parse("[[principal]]\nname='i'\ngroup='interns'\n"), "accepted");
  EXPECT_EQ(users.member_lookups, 0);
  const std::string deny = "[[deny]]\nwho='i'\nmodule='a'\naction='x'\n";
  EXPECT_EQ(parse_after(deny), "accepted");
  EXPECT_EQ(parse_after(deny, "rules.d/b.toml"), "accepted");
  EXPECT_EQ(users.member_lookups, 1);
  EXPECT_EQ(policy().principals.at(1).member_uids, (std::vector<uid_t>{1001, 1002}));
}

TEST_F(PolicyParse, EmptyFileHasNoRules) {
  EXPECT_EQ(parse(""), "accepted");
  EXPECT_TRUE(policy().rules.empty());
}

}  // namespace
}  // namespace mgr
