// The comments of a TOML text, and what is none.
#include <gtest/gtest.h>

#include "policy/lint/comments.h"

namespace mgr {
namespace {

std::vector<std::string> all_of(std::string_view text) {
  std::vector<std::string> lines;
  for (const TomlComment& comment : toml_comments(text)) {
    lines.push_back(std::to_string(comment.line) + (comment.alone ? "!" : ":") + comment.text);
  }
  return lines;
}
using Lines = std::vector<std::string>;

TEST(TomlComments, StandAloneOrBehindSomething) {
  EXPECT_EQ(all_of("# a\n  # b\r\n[x] # c\nk = 1# d"), (Lines{"1! a", "2! b", "3: c", "4: d"}));
  EXPECT_EQ(all_of("# a # b\n"), Lines{"1! a # b"});
  EXPECT_EQ(all_of(""), Lines{});
  EXPECT_EQ(all_of("\xEF\xBB\xBF# a"), Lines{"1! a"});
}

TEST(TomlComments, AreNoneInsideStrings) {
  EXPECT_EQ(all_of("k = \"# a\" # b"), Lines{"1: b"});
  EXPECT_EQ(all_of("k = '# a\\' # b"), Lines{"1: b"});
  EXPECT_EQ(all_of(R"(k = "\"# a" # b)"), Lines{"1: b"});
  EXPECT_EQ(all_of("\"# k\" = 1 # b"), Lines{"1: b"});
  EXPECT_EQ(all_of("k = \"\" # b"), Lines{"1: b"});
}

TEST(TomlComments, AreNoneInsideStringsOfSeveralLines) {
  EXPECT_EQ(all_of("k = \"\"\"\n# a\n\\\"\"\" # c\n\"\"\" # b\n# d"), (Lines{"4: b", "5! d"}));
  EXPECT_EQ(all_of("k = '''\n# a\n\\''' # b"), Lines{"3: b"});
  EXPECT_EQ(all_of("k = \"\"\"a\"\"\"\"\" # b"), Lines{"1: b"});  // ends in two quotes of its own
  EXPECT_EQ(all_of("k = \"\"\"a \\\n  # a\n\"\"\"\n# b"), Lines{"4! b"});
}

TEST(TomlComments, EndWithTheTextThatIsCutOff) {
  for (const char* text : {"k = \"", "k = \"\"\"", "k = '''a", "k = \"\\", "#", "k = \"\"\"\\"}) {
    EXPECT_LE(toml_comments(text).size(), 1U) << text;
  }
}

}  // namespace
}  // namespace mgr
