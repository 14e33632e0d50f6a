// Who may do what of a sudoers file: never more than sudo let them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "import_support.h"

namespace mgr::client {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Imported imported(const std::string& text) {
  auto result = import_sudoers({{"sudoers", text}}, "here", is_everywhere);
  EXPECT_TRUE(result) << result.error().detail;
  const auto loaded = load_imported(*result);
  EXPECT_TRUE(loaded) << loaded.error().detail;
  EXPECT_TRUE(loaded && is_same(*result, *loaded));
  return std::move(*result);
}

const ImportedPrincipal& principal(const Imported& result, const std::string& name) {
  static const ImportedPrincipal none;
  const auto found = std::ranges::find(result.principals, name, &ImportedPrincipal::name);
  EXPECT_NE(found, result.principals.end()) << name;
  return found == result.principals.end() ? none : *found;
}

TEST(ImportSudoersRules, UsersGroupsAndUidsArePrincipals) {
  const auto result = imported("alice, %web, #1001, \"big bob\" ALL=/bin/x 1\n");
  ASSERT_EQ(result.rules.size(), 1U);
  EXPECT_THAT(result.rules[0].who,
              ElementsAre("sudo-alice", "sudo-group-web", "sudo-uid-1001", "sudo-big-bob"));
  EXPECT_THAT(principal(result, "sudo-alice").users, ElementsAre("alice"));
  EXPECT_THAT(principal(result, "sudo-group-web").groups, ElementsAre("web"));
  EXPECT_THAT(principal(result, "sudo-uid-1001").uids, ElementsAre(1001));
  EXPECT_THAT(principal(result, "sudo-big-bob").users, ElementsAre("big bob"));
}

TEST(ImportSudoersRules, AnAliasOfUsersIsOnePrincipal) {
  const auto result =
      imported("User_Alias OPS = alice, %web, MORE\nUser_Alias MORE = #7, OPS\nOPS ALL=/bin/x 1\n");
  EXPECT_THAT(result.rules[0].who, ElementsAre("sudo-ops"));
  EXPECT_THAT(principal(result, "sudo-ops").users, ElementsAre("alice"));
  EXPECT_THAT(principal(result, "sudo-ops").groups, ElementsAre("web"));
  EXPECT_THAT(principal(result, "sudo-ops").uids, ElementsAre(7));
}

TEST(ImportSudoersRules, WhomNoPrincipalCanNameGetsNothing) {
  for (const char* who :
       {"ALL", "+net", "%#100", "%:dom", "#65534", "#4294967295", "nobody", "%nogroup", "a/b"}) {
    const auto result = imported(std::string(who) + " ALL=/bin/x 1\n");
    ASSERT_EQ(result.rules.size(), 1U) << who;
    EXPECT_TRUE(result.rules[0].is_sketch) << who;
    EXPECT_EQ(result.rules[0].remarks.needs.size(), 1U) << who;
    EXPECT_THAT(result.principals, IsEmpty()) << who;
  }
}

TEST(ImportSudoersRules, SomebodyLeftOutIsNotLetInByTheRest) {
  EXPECT_TRUE(imported("%web, !bob ALL=/bin/x 1\n").rules[0].is_sketch);
  EXPECT_TRUE(imported("User_Alias A = %web, !bob\nA ALL=/bin/x 1\n").rules[0].is_sketch);
  EXPECT_TRUE(imported("User_Alias B = bob\n%web, !B ALL=/bin/x 1\n").rules[0].is_sketch);
  EXPECT_FALSE(imported("!!bob ALL=/bin/x 1\n").rules[0].is_sketch);
}

TEST(ImportSudoersRules, WhatStandsBehindNotIsDenied) {
  const auto result = imported("%web ALL=/bin/x 1, /bin/x 2\nbob ALL=!/bin/x 2\n");
  ASSERT_EQ(result.rules.size(), 2U);
  EXPECT_FALSE(result.rules[1].allow);
  EXPECT_THAT(result.rules[1].who, ElementsAre("sudo-bob"));
  EXPECT_THAT(result.rules[1].actions, ElementsAre("x-2"));
}

TEST(ImportSudoersRules, ANotFindsAllThatSudoWouldMatch) {
  for (const char* not_this : {"!ALL", "!/bin/", "!/bin/x", "!/bin/x *", "!/bin/x [0-9]", "!NO",
                               "!/bin/x ^1$", "!/bin/?", "!^/bin/.*$", "!/bin/x ^1|2$"}) {
    const auto result = imported("Cmnd_Alias NO = /bin/y, /bin/x 1\na ALL=/bin/x 1, " +
                                 std::string(not_this) + "\n");
    ASSERT_EQ(result.rules.size(), 2U) << not_this;
    EXPECT_FALSE(result.rules[1].allow) << not_this;
  }
  for (const char* other : {"!/bin/x 2", "!/sbin/", "!/bin/x \"\"", "!/bin/y", "!/bin/x [2-9]"}) {
    EXPECT_EQ(imported("a ALL=/bin/x 1, " + std::string(other) + "\n").rules.size(), 1U) << other;
  }
}

// sudo goes by the file: with /bin a link to /usr/bin, all of these are /bin/x.
TEST(ImportSudoersRules, ANotFindsAProgramByItsOtherPath) {
  for (const char* not_this : {"!/usr/bin/x 1", "!/usr/bin/", "!/usr/bin/?", "!/opt/x"}) {
    const auto result = imported("a ALL=/bin/x 1, " + std::string(not_this) + "\n");
    ASSERT_EQ(result.rules.size(), 2U) << not_this;
    EXPECT_FALSE(result.rules[1].allow) << not_this;
  }
}

TEST(ImportSudoersRules, ANotFindsWhatIsWithoutArgumentsAndWhatCannotBeLookedInto) {
  for (const char* not_this : {"!/bin/x *", "!ELSEWHERE", "!/bin/x \\[*"}) {
    EXPECT_EQ(imported("a ALL=/bin/x, " + std::string(not_this) + "\n").rules.size(), 2U)
        << not_this;
  }
}

TEST(ImportSudoersRules, ADenialOfWhomNobodyCanNameIsADenialOfEverybody) {
  for (const char* who : {"ALL", "+net", "%#100", "a, %:dom", "ELSEWHERE", "\\#7", "b, !NOT"}) {
    const auto result =
        imported("User_Alias NOT = !a\na ALL=/bin/x 1\n" + std::string(who) + " ALL=!/bin/x 1\n");
    ASSERT_EQ(result.rules.size(), 2U) << who;
    EXPECT_FALSE(result.rules[1].allow) << who;
    EXPECT_FALSE(result.rules[1].is_sketch) << who;
    EXPECT_THAT(result.rules[1].who, ElementsAre("anyone")) << who;
  }
}

TEST(ImportSudoersRules, AHostThatMayBeThisOneGrantsNothingAndDenies) {
  for (const char* host : {"10.0.0.0/8", "+net", "h*", "ALL, !there", "Here", "here.org", "SOME"}) {
    const auto result =
        imported("a ALL=/bin/x 1\na " + std::string(host) + " = /bin/y 1, !/bin/x 1\n");
    ASSERT_EQ(result.rules.size(), 2U) << host;
    EXPECT_THAT(result.rules[0].actions, ElementsAre("x-1")) << host;
    EXPECT_FALSE(result.rules[1].allow) << host;
  }
  EXPECT_EQ(imported("a ALL=/bin/x 1\na there = !/bin/x 1\n").rules.size(), 1U);
}

TEST(ImportSudoersRules, AGroupBehindABackslashIsNoGroup) {
  const auto result = imported("\\%web ALL=/bin/x 1\n");
  EXPECT_TRUE(result.rules[0].is_sketch);
  EXPECT_THAT(result.principals, IsEmpty());
}

TEST(ImportSudoersRules, ADefaultUserForSomeIsNotRootForThem) {
  const auto result =
      imported("Defaults:a runas_default=www\na ALL=/bin/x 1, (ALL) /bin/y 1, (bin) /bin/z 1\n");
  EXPECT_THAT(result.rules[0].actions, ElementsAre("z-1-as-bin"));
}

TEST(ImportSudoersRules, ALineGoesOnBehindABackslashAndSpaces) {
  const auto result = imported("a ALL=/bin/x 1, \\ \t\n  !/bin/x 1\n");
  EXPECT_EQ(result.rules.size(), 2U);
}

TEST(ImportSudoersRules, APatternThatTakesForeverIsTakenToMatch) {
  std::string pattern = "!/bin/x ";
  for (int i = 0; i < 40; ++i) pattern += "*a";
  const auto result = imported("a ALL=/bin/x " + std::string(2000, 'a') + "b, " + pattern + "c\n");
  ASSERT_EQ(result.rules.size(), 2U);
  EXPECT_FALSE(result.rules[1].allow);
}

TEST(ImportSudoersRules, NotInAnAliasTurnsRoundBehindNot) {
  const auto result = imported("Cmnd_Alias X = /bin/a 1, !/bin/b 1\na ALL=!X, /bin/c 1\n");
  EXPECT_THAT(result.rules[0].actions, ElementsAre("b-1", "c-1"));
}

TEST(ImportSudoersRules, RootsOwnLineIsNoWork) {
  const auto result = imported("root ALL=(ALL:ALL) ALL\n");
  EXPECT_EQ(count_of(result).humans, 0U);
  EXPECT_EQ(count_of(imported("%sudo ALL=(ALL:ALL) ALL\n")).humans, 1U);
}

TEST(ImportSudoersRules, ThePasswordIsOneComment) {
  const auto result = imported("a ALL=/bin/x 1, /bin/y 1\nb ALL=/bin/z 1\n");
  EXPECT_EQ(count_of(result).humans, 1U);
  EXPECT_THAT(result.asides.back().text, HasSubstr("password"));
}

}  // namespace
}  // namespace mgr::client
