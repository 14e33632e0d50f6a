// What is written of other people's texts: nothing in them becomes anything but a string or a
// comment.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "client/import/comment.h"
#include "client/import/policy_files.h"
#include "import_support.h"

namespace mgr::client {
namespace {

using testing::HasSubstr;
using testing::Not;

// Line breaks of all kinds, quotes, the ends of TOML's strings and tables, what hides text, no
// UTF-8.
const std::vector<std::string> hostile{"a\nb",
                                       "\"\"\"",
                                       "'''",
                                       "\"]\n[module.x]\ncommand = [\"/bin/sh\"]",
                                       "\\",
                                       "\x1b[31m",
                                       "\r\nx = 1",
                                       "\xe2\x80\xa8x",
                                       "\xff",
                                       "# x",
                                       "\xc2\x85y",
                                       "\xe2\x80\xae",
                                       "{x}",
                                       "[[allow]]",
                                       std::string(1, '\0') + "x"};

Imported everywhere(const std::string& text) {
  Imported imported;
  imported.format = "sudoers";
  ImportedAction action;
  action.source = {text, 1};
  action.name = "go";
  action.summary = text;
  action.command = {"/bin/x", text};
  action.user = "root";
  action.remarks = {{text}, {text}};
  check_command(action, is_everywhere);
  ImportedModule module{"box", text, {text}, {action}};
  module.actions[0].is_sketch = module.actions[0].command.empty();
  ImportedAction sketch = action;
  sketch.name = "sketch";
  sketch.is_sketch = true;
  module.actions.push_back(sketch);
  imported.modules = {module};
  imported.rules_head = {text};
  imported.asides = {{{text, 1}, text}, {{text, 1}, text, false}};
  imported.principals = {{{text, 1}, "who", {"alice"}, {}, {}, {{text}, {}}}};
  imported.rules = {{{text, 1}, true, {"who"}, "box", {"go"}, {{text}, {}}, false}};
  return imported;
}

TEST(ImportWrite, HostileTextsStayTexts) {
  for (const std::string& text : hostile) {
    const Imported imported = everywhere(text);
    const auto loaded = load_imported(imported);
    ASSERT_TRUE(loaded) << loaded.error().detail;
    EXPECT_TRUE(is_same(imported, *loaded)) << text;
  }
}

TEST(ImportWrite, OutsideOfCommentsThereIsOnlyAscii) {
  Imported imported = everywhere("ünï \xe2\x80\xae");
  imported.modules[0].actions[0].remarks = {};
  const std::string text = module_toml(imported, imported.modules[0]);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#')) continue;
    EXPECT_TRUE(std::ranges::all_of(line, [](char c) { return c >= ' ' && c < 0x7f; })) << line;
  }
}

TEST(ImportWrite, ASketchIsAllComment) {
  Imported imported = everywhere("x");
  for (ImportedAction& action : imported.modules[0].actions) action.is_sketch = true;
  std::istringstream lines(module_toml(imported, imported.modules[0]));
  std::size_t live = 0;
  for (std::string line; std::getline(lines, line);)
    live += line.empty() || line[0] == '#' ? 0U : 1U;
  EXPECT_EQ(live, 2U);  // the module and its summary
}

TEST(ImportWrite, WhatNeedsAHumanIsOneCommentEach) {
  Remarks remarks{{"a note"}, {"one", "two"}};
  EXPECT_EQ(remarks_text({"f", 3}, remarks), "# a note\n# NEEDS A HUMAN: f:3: one; two.\n");
  EXPECT_EQ(remarks_text({"f", 3}, {}), "# f:3\n");
  EXPECT_EQ(comment(std::string(90, 'a') + " " + std::string(20, 'b')),
            "# " + std::string(90, 'a') + "\n# " + std::string(20, 'b') + "\n");
  EXPECT_LT(comment(std::string(100000, 'a')).size(), 3000U);
}

class ImportFiles : public testing::Test {
 protected:
  ImportFiles() {
    std::string name = testing::TempDir() + "import-XXXXXX";
    folder_ = ::mkdtemp(name.data());
  }
  ~ImportFiles() override { std::filesystem::remove_all(folder_); }
  std::string read(const std::string& name) const {
    std::ifstream file(folder_ + "/" + name);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::string folder_;
};

TEST_F(ImportFiles, AreReadableByAllAndWritableByTheirOwner) {
  const mode_t before = ::umask(0);
  ASSERT_TRUE(write_files(folder_ + "/new/one/", {{"rules.d/x.toml", "text"}}, false));
  ::umask(before);
  struct stat info {};
  for (const auto& [name, mode] :
       {std::pair{"new/one/rules.d/x.toml", 0644U}, std::pair{"new/one/rules.d", 0755U},
        std::pair{"new/one/policy.toml", 0644U}}) {
    ASSERT_EQ(::stat((folder_ + "/" + name).c_str(), &info), 0) << name;
    EXPECT_EQ(info.st_mode & 07777U, mode) << name;
  }
  EXPECT_EQ(read("new/one/rules.d/x.toml"), "text");
}

TEST_F(ImportFiles, AreNotReplacedUnasked) {
  ASSERT_TRUE(write_files(folder_, {{"rules.d/x.toml", "one"}}, false));
  std::ofstream(folder_ + "/policy.toml") << "mine";
  const auto second =
      write_files(folder_, {{"modules.d/y.toml", "y"}, {"rules.d/x.toml", "two"}}, false);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().detail, HasSubstr("rules.d/x.toml: is there already"));
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/modules.d/y.toml"));
  EXPECT_EQ(read("rules.d/x.toml"), "one");
  ASSERT_TRUE(write_files(folder_, {{"rules.d/x.toml", "two"}}, true));
  EXPECT_EQ(read("rules.d/x.toml"), "two");
  EXPECT_EQ(read("policy.toml"), "mine");
}

TEST_F(ImportFiles, ALinkIsReplacedAndNeverFollowed) {
  std::ofstream(folder_ + "/victim") << "mine";
  std::filesystem::create_directory(folder_ + "/rules.d");
  std::filesystem::create_symlink(folder_ + "/victim", folder_ + "/rules.d/x.toml");
  EXPECT_FALSE(write_files(folder_, {{"rules.d/x.toml", "two"}}, false));
  ASSERT_TRUE(write_files(folder_, {{"rules.d/x.toml", "two"}}, true));
  EXPECT_EQ(read("victim"), "mine");
}

TEST_F(ImportFiles, AreReadWholeOrNotAtAll) {
  std::ofstream(folder_ + "/a") << "text";
  EXPECT_EQ(read_source(folder_ + "/a")->text, "text");
  std::ofstream(folder_ + "/b") << std::string((1 << 20) + 1, 'x');
  EXPECT_THAT(read_source(folder_ + "/b").error().detail, HasSubstr("larger than 1 MiB"));
  EXPECT_THAT(read_source(folder_ + "/none").error().detail, HasSubstr("No such file"));
  EXPECT_FALSE(read_source(folder_));
}

TEST_F(ImportFiles, OneThatMgrWouldNotReadIsNotWritten) {
  Imported imported = everywhere("x");
  imported.modules[0].actions[0].command.assign(600000, "ab");
  EXPECT_FALSE(policy_files(imported));
}

TEST(ImportWrite, TheSameInputGivesTheSameText) {
  const std::string text = "b, a, %c ALL=/bin/x 1, (u) /bin/y 2\nUser_Alias Z = a : Y = b\n";
  const auto one = import_sudoers({{"s", text}}, "h", is_everywhere);
  const auto two = import_sudoers({{"s", text}}, "h", is_everywhere);
  EXPECT_EQ(rules_toml(*one), rules_toml(*two));
  EXPECT_EQ(module_toml(*one, one->modules[0]), module_toml(*two, two->modules[0]));
}

}  // namespace
}  // namespace mgr::client
