// What TOML forbids is refused before toml++ sees it, at its line; what it has room for is not.
#include <gtest/gtest.h>

#include "policy/toml_bytes.h"
#include "policy/toml_document.h"

namespace mgr {
namespace {

using namespace std::string_literals;

unsigned line_of(const std::string& text) {
  const auto found = find_foreign_byte(text);
  return found ? found->line : 0;
}

Result<void> parsed(const std::string& text) {
  std::vector<std::string> warnings;
  Findings findings("file", warnings);
  static_cast<void>(parse_toml(text, findings));
  return findings.result();
}

TEST(TomlBytes, RefusesControlCharactersEverywhere) {
  for (const char control : "\0\x01\b\v\f\x0e\x1b\x1f\x7f\r"s) {
    const std::string here(1, control);
    for (const std::string& text :
         {"\n[" + here, "\na" + here + "=1", "\n# " + here + "x", "\na = \"" + here + "x\"",
          "\na = '" + here + "'", "\na = \"\"\"" + here + "\"\"\"", "\na = '''" + here + "'''",
          "\na = \"\\" + here + "\"", "\na = \"\"\"\\" + here + "\"\"\"", "\n" + here}) {
      EXPECT_EQ(line_of(text), 2U) << text;
    }
  }
}

TEST(TomlBytes, RefusesWhatIsBeyondAsciiOutsideOfStringsAndComments) {
  for (const std::string here : {"\xEF\xBB\xB9", "\xC3\xA9", "\xC2\x85", "\xFF"}) {
    for (const std::string& text :
         {"\n[" + here, "\n" + here + "=1", "\na." + here + " = 1", "\na = 1" + here,
          "\na = \"x\"" + here, "\na = \"\"\"\"x\"\"\"\"\"" + here, "\na = 'x'" + here,
          "\na = [1," + here + "]", "\na = \"\\\\\"" + here, "\na = ''" + here}) {
      EXPECT_EQ(line_of(text), 2U) << text;
    }
  }
  EXPECT_EQ(line_of("a = \"\"\"x \\\n  \xC3\xA9\"\"\""), 2U);
  EXPECT_EQ(line_of("a = \"x\nb = \xC3\xA9"), 2U) << "an open string ends with its line";
}

TEST(TomlBytes, LetsThroughWhatIsToml) {
  for (const std::string text :
       {"", "\xEF\xBB\xBF# x\r\n", "# \xC3\xA9\n", "a = \"\xC3\xA9\"", "a = '\xEF\xBB\xB9#'",
        "\"\xC3\xA9\" = 1", "a = \"\"\"\n\xC3\xA9\r\n\\\"\"\"\"", "a = '''\n'\xC3\xA9\\'''",
        "a = \"\\\"\xC3\xA9\"\t# x", "a = \"\"\"x \\\n  y\xC3\xA9\"\"\"", "a = '\\' # \xC3\xA9"}) {
    EXPECT_EQ(line_of(text), 0U) << text;
    EXPECT_TRUE(parsed(text)) << text;
  }
}

// A hundred thousand tables, each in the one before, are freed by as many calls in each other.
TEST(TomlBytes, RefusesKeysOfTooManyParts) {
  const auto key = [](unsigned parts) {
    std::string text = "a";
    while (--parts > 0) text += " . \"a\"";
    return text;
  };
  for (const unsigned parts : {17U, 100'000U}) {
    EXPECT_EQ(line_of("\n[" + key(parts) + "]\n"), 2U);
    EXPECT_EQ(line_of("\n" + key(parts) + " = 1\n"), 2U);
    EXPECT_EQ(line_of("x = 1.5\ny = {" + key(parts) + " = 1}\n"), 2U);
  }
  EXPECT_EQ(line_of("[" + key(16) + "]\n" + key(16) + " = {x=1.5," + key(16) + " = 1.5}\n"), 0U);
}

TEST(TomlBytes, AreAnErrorOfTheDocument) {
  for (const std::string& text : {"\n[\0]\n"s, "\n\xEF\xBB\xB9 = 1\n"s}) {
    const auto result = parsed(text);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().detail.substr(0, 8), "file:2: ");
  }
}

}  // namespace
}  // namespace mgr
