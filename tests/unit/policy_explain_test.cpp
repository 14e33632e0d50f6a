// What explain says of a small policy, in its own words.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/explain.h"
#include "policy/parse.h"
#include "policy_fake_users.h"

namespace mgr {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* policy_text = R"([[principal]]
name = "web"
user = "www-data"
[[principal]]
name  = "interns"
group = "interns"
[[principal]]
name = "ghost"
user = "not-there"
[[principal]]
name = "robot"
key  = "robot-1"
[[allow]]
who    = "web"
module = "scan"
action = ["start", "stop"]
where  = { task_ids = ["1..9", 12] }
rate   = "30/min"
[[allow]]
who    = ["ghost", "robot"]
module = "scan"
action = "list"
[[allow]]
who    = "anyone"
module = "box"
action = "*"
[[deny]]
who    = "interns"
module = "scan"
action = "*"
)";

KnownAction known_action(const char* name, std::vector<Argument> arguments, Proof proof) {
  KnownAction action;
  action.name = name;
  action.arguments = std::move(arguments);
  action.min_proof = proof;
  return action;
}

PolicyReview review() {
  Configuration configuration;
  FakeUsers users;
  const auto parsed = parse_policy({"policy.toml", policy_text}, users, configuration);
  EXPECT_TRUE(parsed) << parsed.error().detail;
  PolicyReview review;
  review.policy = configuration.policy;
  ArgumentType ids{TypeKind::integer, true};
  KnownModule scan;
  scan.name = "scan";
  scan.aliases = {"SCAN_MODULE"};
  scan.actions = {
      known_action("start",
                   {{"task_ids", ids, true, ""}, {"depth", {TypeKind::integer}, false, ""}},
                   Proof::kernel),
      known_action("list", {}, Proof::kernel),
      known_action("pause", {{"task_ids", ids, true, ""}}, Proof::kernel)};
  KnownModule box;
  box.name = "box";
  box.actions = {known_action("off", {}, Proof::signature),
                 known_action("set", {{"word", {TypeKind::secret}, true, ""}}, Proof::kernel),
                 known_action("look", {}, Proof::none)};
  KnownModule site;
  site.name = "site";
  ArgumentType unit{TypeKind::unit};
  unit.listed = true;
  site.actions = {known_action("restart",
                               {{"unit", unit, false, ""}, {"n", {TypeKind::integer}, false, ""}},
                               Proof::kernel)};
  review.known = {scan, box, site};
  return review;
}

Explanation explain(const Explainer& explainer, std::optional<uid_t> uid, const char* module,
                    const char* action, std::vector<Field> arguments = {}) {
  return explainer.explain({{{uid, {}}, "", false}, module, action, std::move(arguments)});
}

std::vector<std::string> texts(const RuleReport& report) {
  std::vector<std::string> texts;
  for (const Mismatch& mismatch : report.mismatches) texts.push_back(mismatch.text);
  return texts;
}

class PolicyExplain : public testing::Test {
 protected:
  Explainer explainer_{review()};
};

TEST_F(PolicyExplain, AnAllowTellsItsRuleAndWhatMadeItApply) {
  const auto found = explain(explainer_, 33, "SCAN_MODULE", "start", {{"task_ids", "2,12"}});
  EXPECT_EQ(found.verdict, Verdict::allow);
  EXPECT_EQ(place_of(*found.rule), "policy.toml:13");
  EXPECT_THAT(found.because, ElementsAre("the caller is web",
                                         "task_ids is 2 and 12, and the rule says 1..9 or 12"));
  EXPECT_FALSE(found.grant);
}

TEST_F(PolicyExplain, AConditionThatFailsTellsTheElementAndWhatWouldHold) {
  const auto found = explain(explainer_, 33, "scan", "start", {{"task_ids", "2,77"}});
  EXPECT_EQ(found.verdict, Verdict::deny);
  EXPECT_EQ(found.rule, nullptr);
  ASSERT_EQ(found.nearest.size(), 1U);
  EXPECT_THAT(texts(found.nearest[0]), ElementsAre("task_ids is 77, and must be 1..9 or 12"));
  ASSERT_TRUE(found.grant);
  EXPECT_EQ(found.grant->file, "policy.toml");
  EXPECT_EQ(found.grant->lines,
            "[[allow]]\nwho    = \"web\"\nmodule = \"scan\"\naction = \"start\"\n"
            "where  = { task_ids = [2, 77] }\n");
}

TEST_F(PolicyExplain, ADenyThatStandsIsNamedAndNoLinesAreGiven) {
  const auto found = explain(explainer_, 1001, "scan", "start", {{"task_ids", "2"}});
  EXPECT_EQ(place_of(*found.rule), "policy.toml:27");
  EXPECT_THAT(found.because,
              ElementsAre("the caller is interns by the user database, which counts for a deny"));
  EXPECT_FALSE(found.grant);
  EXPECT_EQ(found.no_grant,
            "no line grants it while the [[deny]] stands at policy.toml:27; "
            "without it, no [[allow]] applies");
}

TEST_F(PolicyExplain, TheLinesListWhatARuleHasToList) {
  const auto found =
      explain(explainer_, 33, "site", "restart", {{"unit", "nginx.service"}, {"n", "3"}});
  ASSERT_TRUE(found.grant);
  EXPECT_THAT(found.grant->lines, HasSubstr("where  = { unit = \"nginx.service\", n = 3 }\n"));
  EXPECT_THAT(found.grant->notes, IsEmpty());
}

TEST_F(PolicyExplain, WhatNoRuleCanListNoLinesGrant) {
  const auto left_out = explain(explainer_, 33, "site", "restart");
  EXPECT_FALSE(left_out.grant);
  EXPECT_EQ(left_out.no_grant,
            "no line grants it: every rule must list its unit, and none can list what is left out");
  const auto dots = explain(explainer_, 33, "site", "restart", {{"unit", "a..b.service"}});
  EXPECT_FALSE(dots.grant);
  EXPECT_EQ(dots.no_grant,
            "no line grants it: every rule must list its unit, and none can name a text with .. in "
            "it");
}

TEST_F(PolicyExplain, APrincipalThatMatchesNobodyIsSaidToDoSo) {
  const auto found = explain(explainer_, 33, "scan", "list");
  ASSERT_EQ(found.nearest.size(), 1U);
  EXPECT_THAT(
      texts(found.nearest[0]),
      ElementsAre("the caller is not ghost or robot; ghost matches nobody on this machine"));
}

TEST_F(PolicyExplain, RulesAboutSomethingElseAreToldWhereNoneIsAboutThis) {
  const auto found = explain(explainer_, 33, "scan", "pause", {{"task_ids", "3"}});
  ASSERT_EQ(found.nearest.size(), 3U);
  EXPECT_THAT(texts(found.nearest[0]), ElementsAre("it is about the action start and stop"));
  ASSERT_TRUE(found.grant);
  EXPECT_THAT(found.grant->lines, HasSubstr("where  = { task_ids = 3 }\n"));
  EXPECT_THAT(found.grant->notes, IsEmpty());
}

TEST_F(PolicyExplain, WhatNoConditionIsAboutIsSaidToBeAnything) {
  const auto found = explain(explainer_, 33, "scan", "start", {{"task_ids", "1000"}});
  ASSERT_TRUE(found.grant);
  EXPECT_THAT(found.grant->lines, HasSubstr("where  = { task_ids = 1000 }\n"));
  EXPECT_THAT(found.grant->notes,
              ElementsAre("they grant it with any depth, which this request leaves out"));
}

TEST_F(PolicyExplain, APrincipalThatNoRuleNamesMayBeDeclaredLater) {
  PolicyReview changed = review();
  changed.policy.principals.push_back({"late", {77}, {}, {}, false});
  const auto found = explain(Explainer(changed), 77, "scan", "list");
  ASSERT_TRUE(found.grant);
  EXPECT_THAT(found.grant->lines, HasSubstr("who    = \"late\"\n"));
  EXPECT_THAT(found.grant->notes, ElementsAre(HasSubstr("behind the [[principal]] late")));
}

TEST_F(PolicyExplain, WhomNoPrincipalNamesGetsOneOfItsOwn) {
  const auto found =
      explainer_.explain({{{500, {}}, "web", false}, "scan", "list", {}});  // a user named web
  ASSERT_TRUE(found.grant);
  EXPECT_THAT(found.grant->lines, HasSubstr("[[principal]]\nname = \"uid-500\"\nuser = \"web\"\n"));
  const auto numbered = explain(explainer_, 500, "scan", "list");
  EXPECT_THAT(numbered.grant->lines, HasSubstr("name = \"uid-500\"\nuid  = 500\n"));
}

TEST_F(PolicyExplain, WhatIsNotOfItsTypeIsToldBeforeAnyRule) {
  for (const auto& [action, arguments, reason] :
       {std::tuple<const char*, std::vector<Field>, const char*>{
            "start", {{"task_ids", "2,x"}}, "task_ids: each element must be an integer"},
        {"start", {}, "task_ids: missing"},
        {"begin", {}, "scan has no action begin"}}) {
    const auto found = explain(explainer_, 33, "scan", action, arguments);
    EXPECT_EQ(found.verdict, Verdict::invalid);
    EXPECT_THAT(found.reason, HasSubstr(reason));
    EXPECT_FALSE(found.grant);
    EXPECT_FALSE(found.no_grant.empty());
  }
}

TEST_F(PolicyExplain, AProofThatNobodyCanGiveIsADenialThatNoLineMends) {
  const auto found = explain(explainer_, 33, "box", "off");
  EXPECT_EQ(found.verdict, Verdict::deny);
  EXPECT_TRUE(found.lacks_proof);
  EXPECT_EQ(place_of(*found.rule), "policy.toml:23");
  EXPECT_FALSE(found.grant);
  EXPECT_TRUE(explain(explainer_, std::nullopt, "box", "set").lacks_proof);
  EXPECT_EQ(explain(explainer_, std::nullopt, "box", "look").verdict, Verdict::allow);
}

TEST_F(PolicyExplain, WhoCannotSignIsToldHowToBecomeSomebodyWhoCan) {
  const auto found = explain(explainer_, 33, "box", "off");
  EXPECT_THAT(found.reason, HasSubstr("wants a signed request"));
  EXPECT_THAT(found.reason, HasSubstr("mgrctl keygen"));
}

Question signed_question(const char* key, const char* module, const char* action) {
  Question question;
  question.caller.subject.key = key;
  question.module = module;
  question.action = action;
  return question;
}

TEST_F(PolicyExplain, ASignerGivesEveryProof) {
  const auto found = explainer_.explain(signed_question("robot-1", "box", "off"));
  EXPECT_EQ(found.verdict, Verdict::allow);
  EXPECT_THAT(found.principals, ElementsAre("anyone", "robot"));
}

TEST_F(PolicyExplain, ASignerIsItsKeyAndNobodyElse) {
  const auto found = explainer_.explain(signed_question("robot-1", "site", "restart"));
  EXPECT_EQ(found.verdict, Verdict::deny);
  auto question = signed_question("robot-2", "scan", "pause");
  question.arguments = {{"task_ids", "3"}};
  const auto stranger = explainer_.explain(question);
  ASSERT_TRUE(stranger.grant);
  EXPECT_THAT(stranger.grant->lines,
              HasSubstr("[[principal]]\nname = \"robot-2\"\nkey  = \"robot-2\"\n\n[[allow]]\n"
                        "who    = \"robot-2\"\n"));
}

TEST_F(PolicyExplain, AKeyWhoseNameAPrincipalHasGetsAnotherPrincipal) {
  const auto found = explainer_.explain(signed_question("web", "scan", "list"));
  ASSERT_TRUE(found.grant);
  EXPECT_THAT(found.grant->lines, HasSubstr("name = \"key\"\nkey  = \"web\"\n"));
}

TEST_F(PolicyExplain, ARevokedKeyMakesNobodyAPrincipal) {
  PolicyReview changed = review();
  changed.keys.emplace_back().record.id = "robot-1";
  changed.keys.back().revoked = true;
  const Explainer explainer(std::move(changed));
  EXPECT_THAT(explainer.explain(signed_question("robot-1", "scan", "list")).principals,
              ElementsAre("anyone"));
  const auto found = explain(explainer, 33, "scan", "list");
  EXPECT_THAT(texts(found.nearest[0]),
              ElementsAre(HasSubstr("robot matches nobody on this machine")));
}

TEST_F(PolicyExplain, ASecretIsNotAskedForAndNotTaken) {
  EXPECT_EQ(explain(explainer_, 33, "box", "set").verdict, Verdict::allow);
  EXPECT_THAT(explain(explainer_, 33, "box", "set", {{"word", "x"}}).reason,
              HasSubstr("no rule looks at a secret"));
}

}  // namespace
}  // namespace mgr
