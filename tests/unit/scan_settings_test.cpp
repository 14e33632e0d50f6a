// Test · any uid · settings with every mistake in them.
#include <gtest/gtest.h>

#include "modules/mgr-scan/settings.h"

namespace mgr_scan {
namespace {

std::string complaint(const std::string& text) {
  const auto settings = parse_settings(text, "1.toml");
  return settings ? "" : settings.error().message;
}

TEST(ScanSettings, TakesEveryKey) {
  const auto settings = parse_settings(
      "path = \"/srv/www/\"\nexclude = [\"cache/*\", \"*.log\"]\nmax_file_size = 1000\n", "1.toml");
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(settings->folder, "/srv/www");
  EXPECT_EQ(settings->exclude, (std::vector<std::string>{"cache/*", "*.log"}));
  EXPECT_EQ(settings->max_file_size, 1000U);
}

TEST(ScanSettings, HasDefaults) {
  const auto settings = parse_settings("path = \"/\"", "1.toml");
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->folder, "/");
  EXPECT_TRUE(settings->exclude.empty());
  EXPECT_EQ(settings->max_file_size, kDefaultMaxFileSize);
}

TEST(ScanSettings, UnknownKeyIsAnErrorWithFileAndLine) {
  EXPECT_EQ(complaint("path = \"/srv\"\n\nexclud = []\n"), "1.toml:3: unknown key 'exclud'");
  EXPECT_EQ(complaint("path = \"/srv\"\n[path2]\n"), "1.toml:2: unknown key 'path2'");
}

TEST(ScanSettings, RefusesPathsThatAreNotPlainAndAbsolute) {
  for (const char* path : {"\"srv\"", "\"\"", "\"/srv/../etc\"", "\"/srv//www\"", "\"/./srv\"", "3",
                           "[\"/srv\"]", "\"/a\\u0000b\""}) {
    EXPECT_EQ(complaint("\npath = " + std::string(path)),
              "1.toml:2: path must be an absolute folder without '.' or '..'")
        << path;
  }
}

TEST(ScanSettings, RefusesMissingPath) { EXPECT_EQ(complaint(""), "1.toml: path is missing"); }

TEST(ScanSettings, RefusesPatternsThatCannotMatch) {
  for (const char* list : {"\"a\"", "[1]", "[\"\"]", "[\"/srv/cache\"]", "[[\"a\"]]"}) {
    EXPECT_NE(complaint("path = \"/srv\"\nexclude = " + std::string(list)), "") << list;
  }
}

TEST(ScanSettings, RefusesSizesThatAreNotPositiveIntegers) {
  for (const char* size : {"0", "-1", "1.5", "\"1\"", "true"}) {
    EXPECT_NE(complaint("path = \"/srv\"\nmax_file_size = " + std::string(size)), "") << size;
  }
}

TEST(ScanSettings, BrokenTomlIsAnErrorWithLine) {
  const std::string message = complaint("path = \"/srv\"\npath = \n");
  EXPECT_EQ(message.substr(0, 9), "1.toml:2:") << message;
  EXPECT_NE(complaint("path = \"/srv\"\npath = \"/etc\"\n"), "");
  EXPECT_NE(complaint("\xFF\xFE"), "");
}

}  // namespace
}  // namespace mgr_scan
