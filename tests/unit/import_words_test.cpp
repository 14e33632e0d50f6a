// Names, shell words and INI files of other programs.
#include <gtest/gtest.h>

#include "client/import/ini.h"
#include "client/import/names.h"
#include "client/import/shell_words.h"
#include "protocol/text.h"

namespace mgr::client {
namespace {

std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  for (const ShellWord& word : split_shell_words(line).words) words.push_back(word.text);
  return words;
}

std::string shell_only(std::string_view line) {
  std::string all;
  for (const std::string& what : split_shell_words(line).shell_only) {
    all += (all.empty() ? "" : ", ") + what;
  }
  return all;
}

using Words = std::vector<std::string>;

TEST(ImportNames, AreOfTheGrammarWhateverTheTextIs) {
  EXPECT_EQ(fold_name("restart", "x"), "restart");
  EXPECT_EQ(fold_name("Show  Log!!", "x"), "show-log");
  EXPECT_EQ(fold_name("diag.log", "x"), "diag.log");
  EXPECT_EQ(fold_name("7zip", "run"), "run-7zip");
  EXPECT_EQ(fold_name("", "run"), "run");
  EXPECT_EQ(fold_name("\xff\x1b\"]\n", "run"), "run");
  EXPECT_EQ(fold_name("__x", "run"), "run-__x");
  for (const char* text : {"../..", ".a.", "-", "ÄÖ", "A\nB", "]\n[x"}) {
    EXPECT_TRUE(is_name(fold_name(text, "run"))) << text;
  }
  EXPECT_TRUE(is_name(fold_name(std::string(500, '9'), "run")));
}

TEST(ImportNames, AreNumberedWhereTheyFoldToTheSame) {
  NameBook book("run");
  EXPECT_EQ(book.name_of("1", "Show Log"), "show-log");
  EXPECT_EQ(book.name_of("2", "show-log"), "show-log-2");
  EXPECT_EQ(book.name_of("1", "anything"), "show-log");
  const std::string long_name(40, 'a');
  EXPECT_EQ(book.name_of("3", long_name), std::string(32, 'a'));
  EXPECT_EQ(book.name_of("4", long_name), std::string(30, 'a') + "-2");
}

TEST(ImportShellWords, AreSplitAsAShellWould) {
  EXPECT_EQ(words_of("/bin/x  -a\tb"), (Words{"/bin/x", "-a", "b"}));
  EXPECT_EQ(words_of(R"(a 'b c' "d e"f g\ h '')"), (Words{"a", "b c", "d ef", "g h", ""}));
  EXPECT_EQ(words_of(R"("a\"b\\c\d")"), (Words{R"(a"b\c\d)"}));
  EXPECT_EQ(words_of("'$x; *'"), (Words{"$x; *"}));
  EXPECT_EQ(shell_only("'$x; *' \"a;b\" a~ b#c x=1"), "");
  EXPECT_EQ(words_of(""), Words{});
}

TEST(ImportShellWords, TellWhatOnlyAShellCanDo) {
  EXPECT_EQ(shell_only("a | b"), "a pipeline (|)");
  EXPECT_EQ(shell_only("a || b"), "a choice (||)");
  EXPECT_EQ(shell_only("a && b"), "a sequence (&&)");
  EXPECT_EQ(shell_only("a &"), "a command in the background");
  EXPECT_EQ(shell_only("a; exit 0"), "a sequence (;)");
  EXPECT_EQ(shell_only("a\nb"), "a sequence (;)");
  EXPECT_EQ(shell_only("a >/dev/null 2>&1"), "a redirection");
  EXPECT_EQ(shell_only("a $(b) \"`c`\""), "a command substitution, a subshell");
  EXPECT_EQ(shell_only("a \"$b\""), "a variable ($)");
  EXPECT_EQ(shell_only("a *.c"), "a wildcard");
  EXPECT_EQ(shell_only("~/x"), "a home folder (~)");
  EXPECT_EQ(shell_only("a #b"), "a comment (#)");
  EXPECT_EQ(shell_only("! a"), "a negation (!)");
  EXPECT_EQ(shell_only("A=1 b"), "a variable set for one command");
  EXPECT_EQ(shell_only("a 'b"), "a quote without its end");
  EXPECT_EQ(shell_only("a \"b"), "a quote without its end");
  EXPECT_EQ(shell_only("a\\"), "a backslash at the end");
  EXPECT_EQ(shell_only("a \\\nb"), "a line that goes on behind a backslash");
}

TEST(ImportIni, ReadsBothSignsCommentsAndLongValues) {
  const auto sections = parse_ini("f",
                                  "\xef\xbb\xbf# c\n; c\n[one.two]\r\nCommand: /bin/x\r\n\n"
                                  "type = script\n  more\n\t# a comment inside\n[two]\na:b:c=d\n");
  ASSERT_TRUE(sections);
  ASSERT_EQ(sections->size(), 2U);
  EXPECT_EQ((*sections)[0].name, "one.two");
  EXPECT_EQ((*sections)[0].line, 3U);
  EXPECT_EQ(*find_value((*sections)[0], "command"), "/bin/x");
  EXPECT_EQ(*find_value((*sections)[0], "type"), "script\nmore");
  EXPECT_EQ(*find_value((*sections)[1], "a"), "b:c=d");
  EXPECT_EQ(find_value((*sections)[1], "none"), nullptr);
}

TEST(ImportIni, RefusesWithFileAndLine) {
  EXPECT_EQ(parse_ini("f", "a:b\n").error().detail, "f:1: is before the first section");
  EXPECT_EQ(parse_ini("f", "[a]\nb\n").error().detail,
            "f:2: is neither a section nor `key: value`");
  EXPECT_EQ(parse_ini("f", "\n[a\n").error().detail, "f:2: is no section's name");
  EXPECT_EQ(parse_ini("f", "[]\n").error().detail, "f:1: is no section's name");
  EXPECT_TRUE(parse_ini("f", "")->empty());
}

}  // namespace
}  // namespace mgr::client
