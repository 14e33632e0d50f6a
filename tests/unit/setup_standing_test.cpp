// What other rules grant beside those of setup.
#include "client/setup/standing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/setup/setup_text.h"
#include "setup_support.h"

namespace mgr::client {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class SetupStanding : public testing::Test {
 protected:
  std::vector<SetupRule> rules(const std::vector<Choice>& allowed) {
    Answers answers{"www-data"};
    answers.allowed = allowed;
    return rules_of(answers, known);
  }
  Standing standing(const std::vector<SetupRule>& rules, const std::vector<std::string>& others) {
    return standing_of(load_with(others).policy, "rules.d/own.toml", web, rules);
  }
  Grantee web{{33, {33}}, "www-data", false};
  std::vector<KnownModule> known = shipped_modules();
};

TEST_F(SetupStanding, TellsWhatPolicyTomlGrantsAlready) {
  const Standing found = standing(rules({{"scan"}}), {});
  EXPECT_THAT(found.granted,
              ElementsAre(HasSubstr("policy.toml:"), HasSubstr("scan status, list")));
  EXPECT_THAT(found.granted[0], HasSubstr("scan start, stop, status, where task_ids is 1..999"));
  EXPECT_THAT(found.unchosen, IsEmpty());
  EXPECT_THAT(found.denied, IsEmpty());
}

TEST_F(SetupStanding, TellsWhatWasNotChosenAndIsGrantedAllTheSame) {
  const Standing found = standing(rules({{"dns"}}), {});
  EXPECT_EQ(found.unchosen.size(), 2U);
  EXPECT_THAT(found.granted, IsEmpty());
}

TEST_F(SetupStanding, TellsTheDenyThatTakesItAway) {
  const Standing found = standing(
      rules({{"scan"}}), {"[[deny]]\nwho = \"anyone\"\nmodule = \"scan\"\naction = \"start\"\n"});
  EXPECT_THAT(found.denied, ElementsAre(HasSubstr("rules.d/0.toml:1 denies www-data scan start")));
}

TEST_F(SetupStanding, ItsOwnRulesAreNotOthers) {
  Answers answers{"www-data"};
  answers.allowed = {{"dns"}};
  const auto mine = rules_of(answers, known);
  const Policy policy = load_with({setup_text(answers, mine)}).policy;
  EXPECT_THAT(standing_of(policy, "rules.d/0.toml", web, mine).granted, IsEmpty());
  EXPECT_EQ(standing_of(policy, "rules.d/1.toml", web, mine).granted.size(), 1U);
}

TEST_F(SetupStanding, TriesWhatCanBeAskedFor) {
  const auto asked = [&](const std::vector<Choice>& allowed) {
    const auto question = sample_question(rules(allowed), known, web);
    std::string text = question.module + ' ' + question.action;
    for (const Field& field : question.arguments) text += ' ' + field.name + '=' + field.value;
    return text;
  };
  EXPECT_EQ(asked({{"scan"}}), "scan start task_ids=1");
  EXPECT_EQ(asked({{"service", {}, {"nginx.service"}}}), "service status unit=nginx.service");
  EXPECT_EQ(asked({{"dns", {"trust", "flush"}}}), "dns flush");
  EXPECT_EQ(asked({{"shutdown"}}), "shutdown status");
  EXPECT_EQ(asked({{"mail", {}, {"root"}}}), "mgr whoami");
}

}  // namespace
}  // namespace mgr::client
