// What the web may ask for, as words.
#include "client/setup/choices.h"

#include <gtest/gtest.h>

#include "setup_support.h"

namespace mgr::client {
namespace {

using Text = std::optional<std::string>;

class SetupChoices : public testing::Test {
 protected:
  std::vector<Choice> taken(const Text& allow, const Text& units = {}, const Text& to = {}) {
    auto choices = read_choices(allow, units, to, known);
    EXPECT_TRUE(choices) << choices.error().detail;
    return choices.value_or(std::vector<Choice>());
  }
  std::string refused(const Text& allow, const Text& units = {}, const Text& to = {}) {
    const auto choices = read_choices(allow, units, to, known);
    EXPECT_FALSE(choices);
    return choices ? "" : choices.error().detail;
  }
  std::vector<KnownModule> known = shipped_modules();
};

TEST_F(SetupChoices, AreInTheOrderOfTheSchemaWhateverTheOrderOfTheWords) {
  const auto one = taken("scan,dns", "nginx.service");
  const auto other = taken("dns, scan,service", "nginx.service");
  ASSERT_EQ(one.size(), 3U);
  ASSERT_EQ(other.size(), 3U);
  for (std::size_t i = 0; i < one.size(); ++i) EXPECT_EQ(one[i].module, other[i].module);
}

TEST_F(SetupChoices, AListAllowsItsModule) {
  const auto choices = taken(std::nullopt, "nginx.service, apache2.service,nginx.service");
  ASSERT_EQ(choices.size(), 1U);
  EXPECT_EQ(choices[0].module, "service");
  EXPECT_EQ(choices[0].values, (std::vector<std::string>{"nginx.service", "apache2.service"}));
  EXPECT_EQ(taken("none", std::nullopt, "root,ops@example.org")[0].values.size(), 2U);
}

TEST_F(SetupChoices, NoneIsNothing) {
  EXPECT_TRUE(taken("none").empty());
  EXPECT_TRUE(taken(std::nullopt).empty());
  EXPECT_TRUE(taken("none", "none", "none").empty());
}

TEST_F(SetupChoices, ActionsByTheirNames) {
  const auto choices = taken("scan.list,scan.status,dns.flush");
  ASSERT_EQ(choices.size(), 2U);
  for (const Choice& choice : choices) EXPECT_FALSE(choice.actions.empty());
  EXPECT_TRUE(taken("scan.list,scan")[0].actions.empty());
  EXPECT_TRUE(taken("SCAN_MODULE")[0].actions.empty());
  EXPECT_EQ(taken("SCAN_MODULE")[0].module, "scan");
}

TEST_F(SetupChoices, WhatIsNotThereIsSaidWithWhatIs) {
  EXPECT_NE(refused("scna").find("there are "), std::string::npos);
  EXPECT_NE(refused("scan.strat").find("start"), std::string::npos);
  EXPECT_NE(refused("").find("no module"), std::string::npos);
  EXPECT_NE(refused("scan,,dns").find("no module"), std::string::npos);
  EXPECT_NE(refused("mgr").find("no module mgr to allow"), std::string::npos);
  EXPECT_NE(refused("job.list").find("to allow"), std::string::npos);
}

TEST_F(SetupChoices, NoRuleMeansEveryUnit) {
  EXPECT_NE(refused("service").find("needs --units"), std::string::npos);
  EXPECT_NE(refused("mail").find("needs --recipients"), std::string::npos);
  EXPECT_NE(refused("service.restart", "none").find("needs --units"), std::string::npos);
  for (const char* wrong : {"nginx", "*.service", "nginx.service,", "../x.service", "-x.service",
                            "nginx.service ssh.service", "poweroff.target"}) {
    EXPECT_NE(refused(std::nullopt, wrong).find("--units"), std::string::npos) << wrong;
  }
}

TEST_F(SetupChoices, WhatARuleHasToListOfADeclaredModuleIsLeftToAPerson) {
  EXPECT_NE(refused("dns.drop").find("by hand"), std::string::npos);
  EXPECT_EQ(taken("dns").size(), 1U);
  EXPECT_FALSE(read_actions(*find_module(known, "dns"), "drop"));
  EXPECT_TRUE(read_actions(*find_module(known, "dns"), "flush"));
  EXPECT_EQ(read_actions(*find_module(known, "dns"), "none").value(), std::nullopt);
}

TEST_F(SetupChoices, AnAddressThatARuleCannotNameIsRefused) {
  EXPECT_NE(refused(std::nullopt, std::nullopt, "a..b@example.org").find("--recipients"),
            std::string::npos);
}

}  // namespace
}  // namespace mgr::client
