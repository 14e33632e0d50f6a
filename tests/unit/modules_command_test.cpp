// From a command's pattern and checked arguments to the plan of a job.
#include <gtest/gtest.h>

#include "modules/command.h"

namespace mgr {
namespace {

using namespace std::string_literals;
using Texts = std::vector<std::string>;

// Promise 2: no argument becomes an option, a path or an extra argument that its type does not
// allow.
TEST(Command, NeverSplitsAnElement) {
  const ArgumentValues values{{"x", {std::string("a b;$(id)`id`\\\" {y}")}},
                              {"y", {std::string("no")}}};
  const auto argv = expand_command({"/bin/echo", "pre{x}post", "{y}"}, values);
  ASSERT_TRUE(argv);
  EXPECT_EQ(*argv, (std::vector<std::string>{"/bin/echo", "prea b;$(id)`id`\\\" {y}post", "no"}));
}

TEST(Command, ExpandsAListToElements) {
  const ArgumentValues values{{"l", {std::int64_t{1}, std::int64_t{2}}}};
  EXPECT_EQ(*expand_command({"/x", "{l...}", "{l}"}, values),
            (std::vector<std::string>{"/x", "1", "2", "1,2"}));
  EXPECT_EQ(expand_command({"/x", "{missing}"}, values).error().code, ErrorCode::invalid_argument);
}

ArgumentType path(PathKind kind, bool is_list = false) {
  ArgumentType type{TypeKind::path, is_list};
  type.roots = {"/srv/www", "/var/log"};
  type.path_kind = kind;
  return type;
}

RunSettings running(Texts argv) {
  RunSettings run;
  run.argv = std::move(argv);
  return run;
}

std::vector<std::pair<std::string, std::string>> recorded(const JobPlan& plan) {
  std::vector<std::pair<std::string, std::string>> fields;
  for (const Field& field : plan.arguments) fields.emplace_back(field.name, field.value);
  return fields;
}

TEST(Plan, GivesACommandDescriptorsInPlaceOfPaths) {
  const std::vector<Argument> declared{{"from", path(PathKind::file, true), true, ""},
                                       {"to", path(PathKind::folder), true, ""}};
  // In another order than the declaration's, which alone counts.
  const ArgumentValues values{{"to", {"/var/log"s}}, {"from", {"/srv/www/a"s, "/var/log/b/c"s}}};
  const auto plan =
      plan_job("", running({"/bin/cp", "{from...}", "{to}", "--list={from}"}), declared, values);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->run.argv,
            (Texts{"/bin/cp", "/proc/self/fd/10", "/proc/self/fd/11", "/proc/self/fd/12",
                   "--list=/proc/self/fd/10,/proc/self/fd/11"}));
  EXPECT_EQ(plan->run.paths, (std::vector<PathToOpen>{{"/srv/www", "a", PathKind::file},
                                                      {"/var/log", "b/c", PathKind::file},
                                                      {"/var/log", "", PathKind::folder}}));
  EXPECT_EQ(plan->run.input, InputKind::none);
  EXPECT_EQ(recorded(*plan), (std::vector<std::pair<std::string, std::string>>{
                                 {"from", "/srv/www/a,/var/log/b/c"}, {"to", "/var/log"}}));
}

TEST(Plan, OpensNoPathThatWasNotGiven) {
  const std::vector<Argument> declared{{"from", path(PathKind::file), false, ""}};
  const auto plan = plan_job("", running({"/bin/x", "{from}", "to"}), declared, {});
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->run.argv, (Texts{"/bin/x", "to"}));
  EXPECT_TRUE(plan->run.paths.empty());
}

TEST(Plan, LeavesOutTheElementsOfWhatMayBeAndWasLeftOut) {
  const std::vector<Argument> declared{{"count", {TypeKind::integer}, false, ""},
                                       {"names", {TypeKind::string, true}, false, ""},
                                       {"host", {TypeKind::hostname}, true, ""}};
  const RunSettings run = running({"/bin/x", "{count}", "--", "{names...}", "{host}", "{names}"});
  const auto with = [&](const ArgumentValues& values) {
    return plan_job("", run, declared, values)->run.argv;
  };
  EXPECT_EQ(with({{"host", {"a"s}}}), (Texts{"/bin/x", "--", "a"}));
  EXPECT_EQ(with({{"host", {"a"s}}, {"count", {std::int64_t{3}}}}),
            (Texts{"/bin/x", "3", "--", "a"}));
  EXPECT_EQ(with({{"host", {"a"s}}, {"names", {"b"s, "{count}"s}}}),
            (Texts{"/bin/x", "--", "b", "{count}", "a", "b,{count}"}));
}

TEST(Plan, NeedsWhatStandsInsideAnElementOrMustBeGiven) {
  const std::vector<Argument> declared{{"n", {TypeKind::integer}, false, ""},
                                       {"m", {TypeKind::integer}, true, ""}};
  for (const char* element : {"-n{n}", "{n}{n}", "{m}", "{m...}", "{k}"}) {
    EXPECT_EQ(plan_job("", running({"/bin/x", element}), declared, {}).error().code,
              ErrorCode::invalid_argument)
        << element;
  }
}

TEST(Plan, PutsSecretsIntoTheInputAndNowhereElse) {
  const std::vector<Argument> declared{{"user", {TypeKind::username}, true, ""},
                                       {"old", {TypeKind::secret}, false, ""},
                                       {"new", {TypeKind::secret}, true, ""}};
  const auto with = [&](const ArgumentValues& values) {
    return plan_job("", running({"/bin/passwd", "{user}"}), declared, values);
  };
  const auto plan = with({{"new", {"n{user}w"s}}, {"user", {"ada"s}}, {"old", {"o l,d"s}}});
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->run.argv, (Texts{"/bin/passwd", "ada"}));
  EXPECT_EQ(plan->run.input, InputKind::secret);
  EXPECT_EQ(plan->input, "o l,d\nn{user}w\n");
  EXPECT_EQ(recorded(*plan), (std::vector<std::pair<std::string, std::string>>{{"user", "ada"}}));
  // One that was not given keeps its line, so that the others keep theirs.
  EXPECT_EQ(with({{"new", {"n"s}}, {"user", {"ada"s}}})->input, "\nn\n");
}

TEST(Plan, NoCommandCanShowASecret) {
  const std::vector<Argument> declared{{"word", {TypeKind::secret}, true, ""}};
  const auto plan = plan_job("", running({"/bin/x", "{word}"}), declared, {{"word", {"s"s}}});
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().detail, "the command needs word");
}

TEST(Plan, TakesTheBodyAsItIs) {
  const std::vector<Argument> declared{{"text", {TypeKind::blob}, true, ""}};
  const std::string body("\0\n{text}\xff", 9);
  const auto plan = plan_job("", running({"/bin/x"}), declared, {}, body);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->run.input, InputKind::body);
  EXPECT_EQ(plan->input, body);
  EXPECT_TRUE(plan->arguments.empty());
}

}  // namespace
}  // namespace mgr
