// Text into TOML and back through the parser.
#include "policy/toml_text.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "policy/toml_document.h"

namespace mgr {
namespace {

TomlValue reread(const std::string& key, const std::string& text) {
  std::vector<std::string> warnings;
  Findings findings("f", warnings);
  const TomlValue document = parse_toml(toml_key(key) + " = " + toml_string(text), findings);
  EXPECT_TRUE(findings.result()) << findings.result().error().detail;
  return document.children.empty() ? TomlValue{} : document.children.front();
}

TEST(PolicyTomlText, IsReadAsItWasWritten) {
  for (const std::string text : {"", "plain", "a\"b\\c", "tab\tline\nend\r", "\x1b[2J\x7f", "é…",
                                 "\xe2\x80\xae", "\xf0\x9f\x94\x91", "# ]] '''"}) {
    const TomlValue value = reread("a.b", text);
    EXPECT_EQ(value.text, text);
    EXPECT_EQ(value.key, "a.b");
  }
}

TEST(PolicyTomlText, HoldsNothingButPrintableAscii) {
  for (const std::string text : {"\x1b]0;x\x07", "\xc2\x9b", "\xe2\x80\xae", "\xff\xfe", "é\n"}) {
    EXPECT_TRUE(std::ranges::all_of(toml_string(text),
                                    [](char byte) { return byte >= 0x20 && byte < 0x7F; }));
  }
  EXPECT_EQ(toml_string("\xff"), "\"\\ufffd\"");
  EXPECT_EQ(toml_key("task_ids"), "task_ids");
  EXPECT_EQ(toml_key("a.b"), "\"a.b\"");
  EXPECT_EQ(toml_key(""), "\"\"");
}

}  // namespace
}  // namespace mgr
