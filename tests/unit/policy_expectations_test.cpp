// The files of expectations: what is read, and that what is not understood is no expectation.
#include "policy/expectations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mgr {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string complaint(const std::string& lines) {
  const auto read = parse_expectations({"t.toml", "[[expect]]\n" + lines});
  return read ? "" : read.error().detail;
}

constexpr const char* good = "uid = 1\nmodule = \"m\"\naction = \"a\"\ndecision = \"deny\"\n";

TEST(PolicyExpectations, ReadsWhoWhatAndWhatIsExpected) {
  const auto read = parse_expectations({"t.toml", R"(
[[expect]]
as        = "www-data"
module    = "scan"
action    = "start"
arguments = { task_ids = [1, 2], force = true, name = "a=b,c" }
decision  = "allow"
rule      = "policy.toml:14"
note      = "pages start scans"
[[expect]]
uid       = 33
groups    = ["www-data", 7]
module    = "scan"
action    = "list"
decision  = "invalid"
[[expect]]
network   = true
module    = "scan"
action    = "list"
decision  = "deny"
[[expect]]
key       = "alice"
module    = "scan"
action    = "list"
decision  = "allow"
)"});
  ASSERT_TRUE(read) << read.error().detail;
  ASSERT_EQ(read->size(), 4U);
  const Expectation& first = read->front();
  EXPECT_EQ(first.line, 2U);
  EXPECT_EQ(first.as, "www-data");
  EXPECT_EQ(first.decision, Verdict::allow);
  EXPECT_EQ(first.rule, "policy.toml:14");
  EXPECT_THAT(first.arguments,
              testing::UnorderedElementsAre(Field{"task_ids", "1,2"}, Field{"force", "yes"},
                                            Field{"name", "a=b,c"}));
  EXPECT_EQ(read->at(1).uid, 33U);
  EXPECT_THAT(read->at(1).groups, ElementsAre("www-data", "7"));
  EXPECT_TRUE(read->at(2).network);
  EXPECT_EQ(read->at(3).key, "alice");
}

TEST(PolicyExpectations, WhatIsNotUnderstoodIsAnErrorWithFileAndLine) {
  EXPECT_EQ(complaint(good), "");
  const std::string lines = good;
  EXPECT_EQ(complaint(lines + "modul = 1"), "t.toml:6: unknown key 'modul'");
  EXPECT_EQ(complaint(lines + "[[expects]]"), "t.toml:6: unknown key 'expects'");
  EXPECT_THAT(complaint(lines + "as = \"x\""), HasSubstr("t.toml:1: who asks is one of"));
  EXPECT_THAT(complaint(lines + "key = \"x\""), HasSubstr("t.toml:1: who asks is one of"));
  EXPECT_THAT(complaint("module = \"m\"\naction = \"a\"\ndecision = \"deny\""),
              HasSubstr("who asks is one of"));
  EXPECT_THAT(complaint("as = \"x\"\ngroups = 1\nmodule = \"m\"\naction = \"a\"\n"
                        "decision = \"deny\""),
              HasSubstr("t.toml:3: 'groups' goes with 'uid'"));
  EXPECT_THAT(complaint("uid = 1\nmodule = \"m\"\naction = \"a\"\ndecision = \"yes\""),
              HasSubstr(R"(t.toml:5: 'decision' must be "allow", "deny" or "invalid")"));
  EXPECT_THAT(complaint("uid = 4294967296\nmodule = \"m\"\naction = \"a\"\ndecision = \"deny\""),
              HasSubstr("t.toml:2: 'uid' must be from 0"));
  EXPECT_THAT(complaint("uid = 1\naction = \"a\"\ndecision = \"deny\""),
              HasSubstr("'module' is missing"));
  EXPECT_THAT(complaint(lines + "rule = \"\""), HasSubstr("t.toml:6: 'rule' must be"));
  for (const char* value : {"[]", "[\"a,b\"]", "1.5", "{}", "[[1]]"}) {
    EXPECT_THAT(complaint(lines + "arguments = { x = " + value + " }"),
                HasSubstr("t.toml:6: the argument 'x' must"))
        << value;
  }
  EXPECT_THAT(complaint("uid = "), HasSubstr("t.toml:2: "));
}

TEST(PolicyExpectations, AFileWithoutAnyIsAMistake) {
  EXPECT_EQ(parse_expectations({"t.toml", "# soon\n"}).error().detail,
            "t.toml:1: there is no [[expect]]");
}

}  // namespace
}  // namespace mgr
