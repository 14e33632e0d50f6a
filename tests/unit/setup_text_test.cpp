// The file that mgrctl setup writes.
#include "client/setup/setup_text.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "client/setup/topics.h"
#include "setup_support.h"

namespace mgr::client {
namespace {

// A module of one action, which takes nothing.
std::vector<KnownModule> one_module(const std::string& name, const std::string& summary,
                                    const std::string& action) {
  KnownModule module{name, summary, {}, {}};
  module.actions.emplace_back().name = action;
  return {module};
}

Answers some_answers() {
  Answers answers{"www-data"};
  answers.allowed = {{"scan"}, {"service", {}, {"nginx.service", "php8.2-fpm.service"}}};
  return answers;
}

std::string text_of(const Answers& answers) {
  return setup_text(answers, rules_of(answers, shipped_modules()));
}

std::vector<const Rule*> rules_about(const Configuration& loaded, const std::string& module) {
  std::vector<const Rule*> found;
  for (const Rule& rule : loaded.policy.rules) {
    if (rule.file == "rules.d/0.toml" && rule.modules.front() == module) found.push_back(&rule);
  }
  return found;
}

TEST(SetupText, LoadsAsThePolicyThatWasAnswered) {
  const Configuration loaded = load_with({text_of(some_answers())});
  const auto services = rules_about(loaded, "service");
  ASSERT_EQ(services.size(), 1U);
  EXPECT_EQ(services[0]->actions,
            (std::vector<std::string>{"status", "logs", "reload", "restart"}));
  ASSERT_EQ(services[0]->where.size(), 1U);
  EXPECT_EQ(services[0]->where[0].texts,
            (std::vector<std::string>{"nginx.service", "php8.2-fpm.service"}));
  EXPECT_EQ(services[0]->jobs, JobScope::own);
  const auto scans = rules_about(loaded, "scan");
  ASSERT_EQ(scans.size(), 2U);
  EXPECT_EQ(scans[0]->where[0].ranges[0].most, 999);
  EXPECT_TRUE(scans[1]->where.empty());
  EXPECT_EQ(rules_about(loaded, "mgr").size(), 1U);
  EXPECT_EQ(rules_about(loaded, "job").size(), 1U);
  const Principal& web = loaded.policy.principals.back();
  EXPECT_EQ(web.name, setup_principal);
  EXPECT_EQ(web.uids, std::vector<uid_t>{33});
}

TEST(SetupText, TheSameAnswersGiveTheSameBytes) {
  EXPECT_EQ(text_of(some_answers()), text_of(some_answers()));
  Answers others = some_answers();
  others.web_key = "panel";
  EXPECT_NE(text_of(others), text_of(some_answers()));
}

TEST(SetupText, SaysTheCommandThatGivesTheseAnswers) {
  EXPECT_NE(text_of(some_answers())
                .find("\n#   mgrctl setup --web-user www-data --allow scan,service --units "
                      "nginx.service,php8.2-fpm.service\n"),
            std::string::npos);
}

TEST(SetupText, KnowsEveryByteThatWasChangedByHand) {
  const std::string text = text_of(some_answers());
  ASSERT_TRUE(is_as_written(text));
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(is_as_written(changed)) << i;
    EXPECT_FALSE(is_as_written(text.substr(0, i))) << i;
  }
  EXPECT_FALSE(is_as_written(text + "\n"));
  EXPECT_FALSE(is_as_written("[[allow]]\n"));
}

TEST(SetupText, NobodyMayAskForNothing) {
  const std::string text = text_of(Answers{""});
  EXPECT_TRUE(is_as_written(text));
  EXPECT_EQ(load_with({text}).policy.rules.size(), load_with({}).policy.rules.size());
}

TEST(SetupText, ASummaryEndsNoComment) {
  const auto known = one_module("evil", "a\n[[allow]]\nwho = \"anyone\"\n", "run");
  Answers answers{"www-data"};
  answers.allowed = {{"evil"}};
  const std::string text = setup_text(answers, rules_of(answers, known));
  EXPECT_EQ(text.find("\n[[allow]]\nwho = \"anyone\""), std::string::npos);
  EXPECT_NE(text.find("# a\\n[[allow]]"), std::string::npos);
}

TEST(SetupText, AKeyStandsBesideTheUser) {
  Answers answers = some_answers();
  answers.allowed.push_back({"shutdown"});
  answers.web_key = "panel";
  const auto rules = rules_of(answers, shipped_modules());
  EXPECT_TRUE(wants_key(rules, shipped_modules()));
  EXPECT_FALSE(wants_key(rules_of(some_answers(), shipped_modules()), shipped_modules()));
  EXPECT_NE(setup_text(answers, rules).find("key  = \"panel\"\n"), std::string::npos);
}

// What a built-in module calls its actions and arguments is written down a second time in topics.
TEST(SetupRules, EveryTopicIsAsTheModulesHaveIt) {
  const auto known = shipped_modules();
  std::vector<Topic> topics(common_topics().begin(), common_topics().end());
  for (const KnownModule& module : known) {
    if (const Topic* topic = find_topic(module.name)) topics.push_back(*topic);
  }
  EXPECT_EQ(topics.size(), 6U);
  for (const Topic& topic : topics) {
    const KnownModule* module = find_module(known, topic.module);
    ASSERT_NE(module, nullptr) << topic.module;
    for (const TopicRule& rule : topic.rules) {
      std::istringstream words{std::string(rule.actions)};
      for (std::string action; words >> action;) {
        const KnownAction* found = find_action(*module, action);
        ASSERT_NE(found, nullptr) << topic.module << ' ' << action;
        if (rule.argument.empty()) continue;
        EXPECT_NE(std::ranges::find(found->arguments, rule.argument, &Argument::name),
                  found->arguments.end())
            << topic.module << ' ' << action << ' ' << rule.argument;
      }
    }
  }
}

TEST(SetupRules, AnActionByItsNameKeepsWhatNarrowsIt) {
  Answers answers{"www-data"};
  answers.allowed = {{"shutdown", {"poweroff", "status"}}};
  const auto rules = rules_of(answers, shipped_modules());
  const auto first = std::ranges::find(rules, "shutdown", &SetupRule::module);
  ASSERT_NE(first, rules.end());
  EXPECT_EQ(first->actions, std::vector<std::string>{"poweroff"});
  EXPECT_EQ(first->argument, "wait_for_jobs");
  EXPECT_EQ(first->rate, "3/h");
  ASSERT_EQ(rules.end() - first, 2);
  EXPECT_EQ(first[1].actions, std::vector<std::string>{"status"});
}

TEST(SetupRules, WhatIsNotInstalledIsLeftOut) {
  Answers answers{"www-data"};
  answers.allowed = {{"scan"}};
  const auto known = one_module("scan", "", "list");
  const auto rules = rules_of(answers, known);
  ASSERT_EQ(rules.size(), 1U);
  EXPECT_EQ(rules[0].actions, std::vector<std::string>{"list"});
}

}  // namespace
}  // namespace mgr::client
