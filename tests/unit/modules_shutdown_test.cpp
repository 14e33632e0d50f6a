// The module shutdown: what is asked of it becomes a plan, or is refused.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/module_support.h"

namespace mgr {
namespace {

using namespace std::chrono_literals;
using Fields = std::vector<FieldView>;

DeclaredModule declared(std::vector<std::string> command = {"/bin/off", "--delay={delay}",
                                                            "--message={message}", "now"}) {
  DeclaredModule module;
  module.name = "shutdown";
  for (const char* name : {"poweroff", "reboot", "halt"}) {
    DeclaredAction action;
    action.name = name;
    action.run.argv = command;
    action.run.uid = action.run.gid = 0;
    action.min_proof = Proof::signature;
    action.file = "shutdown.toml";
    action.line = 7;
    module.actions.push_back(action);
  }
  return module;
}

// As the helper does: the types of the arguments, a decision, the plan.
Result<Effect> plan(const std::string& action, const Fields& fields) {
  const auto all = registry_of({declared()});
  const Action& row = *all->find("shutdown", action)->action;
  const auto arguments = check_arguments(row.arguments, fields);
  if (!arguments) return tl::unexpected(arguments.error());
  return mgr::plan(*all, "shutdown", action, *arguments);
}

JobPlan job(const Fields& fields, const std::string& action = "poweroff") {
  const auto effect = plan(action, fields);
  EXPECT_TRUE(effect) << effect.error().detail;
  return std::get<StartJobs>(*effect).jobs.at(0);
}

void expect_refused(const Fields& fields) {
  const auto effect = plan("reboot", fields);
  ASSERT_FALSE(effect) << fields.back().value;
  EXPECT_EQ(effect.error().code, ErrorCode::invalid_argument) << effect.error().detail;
}

TEST(Shutdown, WithoutArgumentsIsAtOnceAndWhereNothingElseRuns) {
  for (const char* action : {"poweroff", "reboot", "halt"}) {
    const JobPlan planned = job({}, action);
    EXPECT_EQ(planned.run.argv,
              (std::vector<std::string>{"/bin/off", "--delay=0s", "--message=", "now"}));
    EXPECT_EQ(planned.key, "shutdown") << "one at a time, whichever";
    EXPECT_EQ(planned.others, OtherJobs::conflict);
    EXPECT_EQ(planned.delay, 0ms);
    EXPECT_TRUE(planned.this_boot);
  }
}

TEST(Shutdown, PutsDelayAndMessageIntoOneElementEach) {
  const JobPlan planned = job({{"delay", "10m"}, {"message", "$(x) `y` --now; Größe {delay}"}});
  EXPECT_EQ(planned.run.argv[1], "--delay=10m");
  EXPECT_EQ(planned.run.argv[2], "--message=$(x) `y` --now; Größe {delay}");
  EXPECT_EQ(planned.delay, 10min);
}

TEST(Shutdown, KeepsTheReasonInTheRecordAndFromTheCommand) {
  const JobPlan planned = job({{"reason", "kernel update"}});
  EXPECT_TRUE(std::ranges::find(planned.arguments, Field{"reason", "kernel update"}) !=
              planned.arguments.end());
  for (const std::string& element : planned.run.argv) {
    EXPECT_EQ(element.find("kernel"), std::string::npos);
  }
  EXPECT_FALSE(Registry::build({declared({"/bin/off", "{reason}"})}, {"", {}}));
}

TEST(Shutdown, WhatIsNotGivenIsAsIfItHadBeen) {
  EXPECT_EQ(job({}).arguments,
            (std::vector<Field>{
                {"delay", "0s"}, {"message", ""}, {"wait_for_jobs", "no"}, {"force", "no"}}));
  EXPECT_EQ(job({{"delay", "0s"}, {"force", "no"}}).arguments, job({}).arguments);
}

TEST(Shutdown, WaitsForOtherJobsOrForcesItsWayAndNotBoth) {
  EXPECT_EQ(job({{"wait_for_jobs", "yes"}}).others, OtherJobs::waited_for);
  EXPECT_EQ(job({{"force", "yes"}}).others, OtherJobs::beside);
  EXPECT_EQ(job({{"wait_for_jobs", "no"}, {"force", "yes"}}).others, OtherJobs::beside);
  EXPECT_EQ(job({{"wait_for_jobs", "yes"}, {"force", "no"}}).others, OtherJobs::waited_for);
  EXPECT_EQ(job({{"wait_for_jobs", "no"}, {"force", "no"}}).others, OtherJobs::conflict);
  expect_refused({{"wait_for_jobs", "yes"}, {"force", "yes"}});
  for (const char* word : {"maybe", "true", "YES", "1", ""}) expect_refused({{"force", word}});
}

TEST(Shutdown, RefusesADelayThatIsNone) {
  for (const char* delay : {"-1",         "-1s",          "1000000000000", "1000000000000s",
                            "now; id",    "now",          "+10m",          "10",
                            "10 m",       "010m",         "1.5h",          "10M",
                            "",           "31d",          "721h",          "43201m",
                            "999999999d", "2592001s",     "2592000001ms",  "$(id)",
                            "10m\x1b[2J", "4294967296ms", "10m10m",        "--help"}) {
    expect_refused({{"delay", delay}});
  }
  EXPECT_EQ(job({{"delay", "30d"}}).delay, 720h);
  EXPECT_EQ(job({{"delay", "720h"}}).delay, 720h);
  EXPECT_EQ(job({{"delay", "500ms"}}).delay, 500ms);
}

TEST(Shutdown, RefusesATextThatDoesMoreThanStandThere) {
  const std::vector<std::string> unfit{"a\x1b[2Jb",
                                       "a\nb",
                                       "a\rb",
                                       "a\tb",
                                       "a\x07",
                                       std::string("a\0b", 3),
                                       "a\x7f",
                                       "\x9b",
                                       "a\xC2\x85"
                                       "b",  // U+0085, next line
                                       "a\xC2\x9B"
                                       "2J",  // U+009B, a terminal's escape in one character
                                       "a\xE2\x80\xAE"
                                       "b",  // U+202E, right to left from here
                                       "a\xE2\x81\xA6"
                                       "b",  // U+2066, an isolate
                                       "a\xE2\x80\xA8"
                                       "b",  // U+2028, line separator
                                       "a\xE2\x80\xA9"
                                       "b",  // U+2029, paragraph separator
                                       "a\xE2\x80\x8B"
                                       "b",  // U+200B, zero width space
                                       "\xEF\xBB\xBF"
                                       "a",                 // U+FEFF
                                       "\xF3\xA0\x80\x81",  // U+E0001, a tag
                                       "\xEE\x80\x80",      // U+E000, of private use
                                       "\xED\xA0\x80",      // a surrogate
                                       "a\xFF",
                                       "\xC0\x80",
                                       "-h",
                                       "--message",
                                       std::string(201, 'x'),
                                       std::string(199, 'x') + "\xC3\xA4"};
  for (const char* name : {"message", "reason"}) {
    for (const std::string& text : unfit) expect_refused({{name, text}});
    for (const std::string& text :
         {std::string(200, 'x'), std::string("Größe 你好 \xF0\x9F\x94\xA7, at 5 o'clock!"),
          std::string("a  b"), std::string("{delay}"), std::string("%s%n")}) {
      EXPECT_TRUE(plan("halt", {{name, text}})) << text;
    }
  }
}

TEST(Shutdown, TakesNothingElse) {
  for (const char* name : {"backend", "user", "Delay", "delays", "at", "no-wall"}) {
    expect_refused({{name, "1s"}});
  }
  expect_refused({{"delay", "1s"}, {"delay", "2s"}});
  for (const char* action : {"cancel", "status"}) {
    EXPECT_FALSE(plan(action, {{"delay", "1s"}})) << action;
  }
}

TEST(Shutdown, CancelStopsWhatIsScheduledAndStatusShowsIt) {
  const auto stop = plan("cancel", {});
  const JobSelection& stopped = std::get<StopJobs>(*stop).selection;
  EXPECT_EQ(stopped.keys, std::vector<std::string>{"shutdown"});
  EXPECT_EQ(stopped.module, "shutdown");
  EXPECT_TRUE(stopped.alive_only) << "one that has ended is not scheduled";
  const auto asked = plan("status", {});
  const auto& query = std::get<QueryJobs>(*asked);
  EXPECT_EQ(query.selection.module, "shutdown");
  EXPECT_TRUE(query.selection.alive_only);
  EXPECT_TRUE(query.selection.keys.empty()) << "a key that is missing would be not_found";
  EXPECT_TRUE(query.details);
}

TEST(Shutdown, WithoutACommandCanBeCalledOffStill) {
  const auto all = std::move(*Registry::build({}, {"", {}}));
  for (const char* action : {"poweroff", "reboot", "halt", "cancel", "status"}) {
    const auto entry = all->find("shutdown", action);
    ASSERT_TRUE(entry) << action;
    EXPECT_EQ(entry->action->min_proof, Proof::kernel);
  }
}

TEST(Shutdown, ModulesDSaysHowItsCommandsRunAndNothingElse) {
  for (const char* name : {"cancel", "status", "suspend"}) {
    DeclaredModule module = declared();
    module.actions[0].name = name;
    const auto refused = Registry::build({module}, {"", {}});
    ASSERT_FALSE(refused) << name;
    EXPECT_EQ(refused.error().detail,
              "shutdown.toml:7: the module shutdown: has no command of this name to be given");
  }
}

}  // namespace
}  // namespace mgr
