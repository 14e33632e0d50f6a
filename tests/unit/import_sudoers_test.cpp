// What the commands of a sudoers file become.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "import_support.h"

namespace mgr::client {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Imported imported(const std::string& text) {
  auto result = import_sudoers({{"sudoers", text}}, "www1.example.org", is_everywhere);
  EXPECT_TRUE(result) << result.error().detail;
  const auto loaded = load_imported(*result);
  EXPECT_TRUE(loaded) << loaded.error().detail;
  EXPECT_TRUE(loaded && is_same(*result, *loaded));
  return std::move(*result);
}

std::vector<ImportedAction> actions(const std::string& text) {
  const Imported result = imported(text);
  return result.modules.empty() ? std::vector<ImportedAction>{} : result.modules[0].actions;
}

// Of alice's, without a password.
ImportedAction one(const std::string& command) {
  const auto all = actions("alice ALL=NOPASSWD: " + command + "\n");
  EXPECT_EQ(all.size(), 1U);
  return all.empty() ? ImportedAction{} : all[0];
}

// All that needs a human.
std::string needs(const Imported& result) {
  std::string all;
  for (const Aside& aside : result.asides) all += aside.needs_human ? aside.text + ". " : "";
  for (const ImportedModule& module : result.modules) {
    for (const ImportedAction& action : module.actions) {
      for (const std::string& need : action.remarks.needs) all += need + ". ";
    }
  }
  return all;
}
std::string needs(const std::string& command) {
  return needs(imported("alice ALL=NOPASSWD: " + command + "\n"));
}

TEST(ImportSudoers, AFixedCommandIsAnActionOfItsWords) {
  const auto action = one("/usr/bin/systemctl restart nginx");
  EXPECT_EQ(action.name, "systemctl-restart-nginx");
  EXPECT_THAT(action.command, ElementsAre("/usr/bin/systemctl", "restart", "nginx"));
  EXPECT_EQ(action.user, "root");
  EXPECT_EQ(action.mode, "output");
  EXPECT_FALSE(action.confirm);
  EXPECT_TRUE(action.remarks.needs.empty());
}

TEST(ImportSudoers, WithoutWordsItRunsWithNone) {
  const auto any = one("/usr/local/bin/backup");
  EXPECT_THAT(any.command, ElementsAre("/usr/local/bin/backup"));
  EXPECT_FALSE(any.is_sketch);
  EXPECT_THAT(needs("/usr/local/bin/backup"), HasSubstr("any arguments"));
  EXPECT_EQ(needs("/usr/local/bin/backup \"\""), "");
}

TEST(ImportSudoers, EscapesArePartOfTheWord) {
  EXPECT_THAT(one(R"(/bin/x a\,b c\:d e\=f g\ h \*)").command,
              ElementsAre("/bin/x", "a,b", "c:d", "e=f", "g h", "*"));
  EXPECT_TRUE(one(R"(/bin/x "a")").is_sketch);
}

TEST(ImportSudoers, AWildcardIsASketch) {
  const auto unit = one("/usr/bin/systemctl restart *");
  EXPECT_TRUE(unit.is_sketch);
  EXPECT_THAT(unit.command, ElementsAre("/usr/bin/systemctl", "restart", "{arg1}"));
  EXPECT_EQ(unit.arguments[0].type, "unit");
  EXPECT_EQ(one("/bin/cat /var/log/*.log").arguments[0].type, "enum");
  EXPECT_TRUE(one("/bin/x [a-z]").is_sketch);
  EXPECT_TRUE(one("/bin/x file?").is_sketch);
  EXPECT_THAT(needs("/bin/cat *"), HasSubstr("slashes"));
}

TEST(ImportSudoers, WhatIsAsGoodAsAnythingIsNeverWritten) {
  for (const char* command : {"ALL", "/usr/bin/", "/usr/bin/*", "^/usr/bin/[a-z]+$",
                              "sudoedit /etc/hosts", "nosuch", "/bin/x ^a|b$"}) {
    EXPECT_TRUE(actions(std::string("alice ALL=NOPASSWD: ") + command + "\n").empty()) << command;
    EXPECT_NE(needs(command), "") << command;
  }
}

TEST(ImportSudoers, ADigestIsNotDropped) {
  const auto action = one("sha256:0a1b /opt/x go");
  EXPECT_TRUE(action.is_sketch);
  EXPECT_THAT(needs("sha224:aa, sha512:bb /opt/x"), HasSubstr("digest"));
}

TEST(ImportSudoers, TagsAndOptions) {
  EXPECT_TRUE(actions("alice ALL=/bin/x a\n")[0].confirm);
  EXPECT_TRUE(actions("alice ALL=PASSWD: /bin/x a\n")[0].confirm);
  EXPECT_FALSE(actions("Defaults !authenticate\nalice ALL=/bin/x a\n")[0].confirm);
  EXPECT_TRUE(actions("Defaults:bob !authenticate\nalice ALL=/bin/x a\n")[0].confirm);
  EXPECT_THAT(needs("NOEXEC: /bin/less /x"), HasSubstr("NOEXEC"));
  EXPECT_EQ(one("CWD=/srv TIMEOUT=30 SETENV: /bin/x a").cwd, "/srv");
  EXPECT_EQ(one("CWD=/srv TIMEOUT=30 /bin/x a").timeout, "30s");
  EXPECT_TRUE(one("CWD=* /bin/x a").is_sketch);
  EXPECT_TRUE(one("CHROOT=/srv /bin/x a").is_sketch);
  EXPECT_TRUE(one("NOTAFTER=20300101000000Z /bin/x a").is_sketch);
}

TEST(ImportSudoers, TagsHoldForTheCommandsBehindThem) {
  const auto all = actions("alice ALL=/bin/a 1, NOPASSWD: /bin/b 1, /bin/c 1, PASSWD: /bin/d 1\n");
  ASSERT_EQ(all.size(), 4U);
  EXPECT_TRUE(all[0].confirm);
  EXPECT_FALSE(all[1].confirm);
  EXPECT_FALSE(all[2].confirm);
  EXPECT_TRUE(all[3].confirm);
}

TEST(ImportSudoers, EqualActionsAreOneAndAsCarefulAsTheMostCareful) {
  const auto all = actions("alice ALL=NOPASSWD: /bin/a 1\nbob ALL=/bin/a 1\n");
  ASSERT_EQ(all.size(), 1U);
  EXPECT_TRUE(all[0].confirm);
}

TEST(ImportSudoers, RunasIsTheUser) {
  EXPECT_EQ(actions("a ALL=(www-data) NOPASSWD: /bin/x 1\n")[0].user, "www-data");
  EXPECT_EQ(actions("a ALL=(www-data) NOPASSWD: /bin/x 1\n")[0].name, "x-1-as-www-data");
  EXPECT_EQ(actions("a ALL=(ALL:ALL) /bin/x 1\n")[0].user, "root");
  EXPECT_EQ(actions("a ALL=(#0) /bin/x 1\n")[0].user, "root");
  EXPECT_EQ(actions("Defaults runas_default=oper\na ALL=/bin/x 1\n")[0].user, "oper");
  const auto two = actions("Runas_Alias DB = pg, my\na ALL=(DB) /bin/x 1\n");
  ASSERT_EQ(two.size(), 2U);
  EXPECT_EQ(two[1].user, "my");
}

TEST(ImportSudoers, ARunasThatMgrCannotSayIsNotWritten) {
  for (const char* runas : {"(ALL, !root)", "(#1000)", "(%adm)", "(+net)", "(:adm)", "()"}) {
    const auto result = imported("a ALL=" + std::string(runas) + " /bin/x 1\n");
    EXPECT_TRUE(result.modules.empty()) << runas;
    EXPECT_NE(needs(result), "") << runas;
  }
}

TEST(ImportSudoers, AliasesMayStandBehindTheirUse) {
  const auto all = actions("a ALL=WEB\nCmnd_Alias WEB = /bin/a 1, MORE : MORE = /bin/b 2\n");
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[1].name, "b-2");
}

TEST(ImportSudoers, AliasesInACircleEnd) {
  const auto all = actions("Cmnd_Alias A = B, /bin/a 1\nCmnd_Alias B = A, /bin/b 1\nx ALL=A\n");
  EXPECT_EQ(all.size(), 2U);
}

TEST(ImportSudoers, AliasesThatDoubleAreRefused) {
  std::string text = "a ALL=C0\n";
  for (int i = 0; i < 30; ++i) {
    const std::string next = "C" + std::to_string(i + 1);
    text += "Cmnd_Alias C" + std::to_string(i) + " = " + next + ", " + next + ", /bin/x\n";
  }
  const auto result = import_sudoers({{"s", text}}, "h", is_everywhere);
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().detail, HasSubstr("20000"));
}

TEST(ImportSudoers, AliasesThatHoldEachOtherAloneEndToo) {
  std::string commands = "a ALL=C0\nCmnd_Alias C30 = C30\n";
  std::string hosts = "a H=/bin/x 1\nHost_Alias H = H";
  std::string runas = "a ALL=(R) /bin/x 1\nRunas_Alias R = R";
  for (int i = 0; i < 30; ++i) {
    const std::string next = "C" + std::to_string(i + 1);
    commands += "Cmnd_Alias C" + std::to_string(i) + " = " + next + ", " + next + "\n";
  }
  for (int i = 0; i < 2000; ++i) {
    hosts += ", H";
    runas += ", R";
  }
  EXPECT_FALSE(import_sudoers({{"s", commands}}, "h", is_everywhere));
  EXPECT_TRUE(actions(hosts + "\n").empty());
  EXPECT_TRUE(actions(runas + "\n").empty());
}

TEST(ImportSudoers, LinesAreJoinedAndCommentsDropped) {
  const auto all = actions(
      "# all of it\n  # /bin/z\n\nalice ALL = \\\n  NOPASSWD: /bin/a 1, \\\r\n /bin/b 2 # , "
      "/bin/c\n");
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].source.line, 4U);
  EXPECT_THAT(all[1].command, ElementsAre("/bin/b", "2"));
}

TEST(ImportSudoers, AnotherHostsEntriesAreLeftOut) {
  EXPECT_EQ(actions("a www1=/bin/x 1\n").size(), 1U);
  EXPECT_EQ(actions("a www1.example.org=/bin/x 1\n").size(), 1U);
  EXPECT_EQ(actions("Host_Alias W = www1, www2\na W=/bin/x 1\n").size(), 1U);
  EXPECT_TRUE(actions("a www2=/bin/x 1\n").empty());
  EXPECT_TRUE(actions("a ALL, !www1=/bin/x 1\n").empty());
  EXPECT_EQ(actions("a www2=/bin/x 1 : www1=/bin/y 1\n")[0].name, "y-1");
  EXPECT_THAT(needs(imported("a www2=/bin/x 1\n")), HasSubstr("another host"));
}

TEST(ImportSudoers, IncludedFilesAreToldAndNeverOpened) {
  EXPECT_THAT(needs(imported("@includedir /etc/sudoers.d\n")), HasSubstr("/etc/sudoers.d"));
  EXPECT_THAT(needs(imported("#include /etc/more\n")), HasSubstr("/etc/more"));
  const auto both = import_sudoers({{"s", "#includedir /d\n"}, {"/d/a", "x ALL=/bin/x \"\"\n"}},
                                   "h", is_everywhere);
  EXPECT_THAT(needs(*both), Not(HasSubstr("/d,")));
}

TEST(ImportSudoers, DefaultsThatMatterAreTold) {
  const auto result = imported(
      "Defaults env_keep += \"A B\", secure_path=/x:/y\nDefaults:bob noexec\n"
      "Defaults mail_badpass\nDefaults!/bin/x !requiretty\n");
  ASSERT_EQ(result.asides.size(), 3U);
  EXPECT_FALSE(result.asides[0].needs_human);
  EXPECT_FALSE(result.asides[1].needs_human);
  EXPECT_TRUE(result.asides[2].needs_human);
}

TEST(ImportSudoers, ALineThatIsNotUnderstoodGrantsNothing) {
  const auto result = imported(
      "alice ALL=NOPASSWD: /bin/a 1\nbob ALL\ncarol ALL=/bin/b 1 : x\nUser_Alias lower = a\n"
      "dave ALL=(root /bin/c 1\n");
  ASSERT_EQ(result.modules[0].actions.size(), 1U);
  EXPECT_EQ(result.asides.size(), 4U);
  EXPECT_EQ(result.asides[0].source.line, 2U);
}

TEST(ImportSudoers, WhatIsNoSudoersAtAllIsRefused) {
  const auto result = import_sudoers({{"s", "[a]\ncommand:/bin/x\n"}}, "h", is_everywhere);
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().detail, HasSubstr("s:1: is not understood"));
  EXPECT_TRUE(import_sudoers({{"s", ""}}, "h", is_everywhere));
}

TEST(ImportSudoers, EscapedQuotesAreAnArgument) {
  const auto result =
      import_sudoers({{"sudoers", "a ALL=/bin/x \\\"\\\"\n"}}, "here", is_everywhere);
  ASSERT_TRUE(result);
  EXPECT_THAT(result->modules[0].actions[0].command, ElementsAre("/bin/x", "\"\""));
}

TEST(ImportSudoers, WhatWouldTakeForeverIsRefused) {
  std::string users = "r0", text;
  for (int i = 1; i < 900; ++i) users += ",r" + std::to_string(i);
  for (int i = 0; i < 900; ++i) text += "a ALL=(" + users + ") /bin/x\n";
  EXPECT_FALSE(import_sudoers({{"sudoers", text}}, "here", is_everywhere));
  text.clear();
  for (int i = 0; i < 5000; ++i) {
    text += "a ALL=/bin/x" + std::to_string(i) + ", !/bin/y" + std::to_string(i) + "\n";
  }
  EXPECT_FALSE(import_sudoers({{"sudoers", text}}, "here", is_everywhere));
}

}  // namespace
}  // namespace mgr::client
