// What is looked at on the machine itself: folders on the way, links, first lines. Wants root.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "policy/lint/files.h"
#include "policy/lint/walk.h"

namespace mgr {
namespace {

namespace fs = std::filesystem;

class LintFiles : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(::geteuid(), 0U) << "files of root's own can be made by root alone";
    std::string name = "/run/mgr-lint-XXXXXX";  // root's all the way, as /tmp is not
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder = name;
    ASSERT_EQ(::chmod(name.c_str(), 0755), 0);
    action.run.user = "www-data";
    action.run.uid = 33;
    action.run.environment = {"PATH=/usr/sbin:/usr/bin"};
    action.file = "m.toml";
    action.line = 3;
  }
  void TearDown() override { fs::remove_all(folder); }

  std::string make_folder(const std::string& name, mode_t mode = 0755) {
    fs::create_directories(folder / name);
    EXPECT_EQ(::chmod((folder / name).c_str(), mode), 0);
    return (folder / name).string();
  }
  std::string make_file(const std::string& name, const std::string& text, mode_t mode = 0755) {
    std::ofstream(folder / name) << text;
    EXPECT_EQ(::chmod((folder / name).c_str(), mode), 0);
    return (folder / name).string();
  }
  std::vector<Finding> look(const std::vector<std::string>& argv) {
    action.run.argv = argv;
    std::vector<Finding> findings;
    lint_files(action, SystemFileView(), findings);
    return findings;
  }

  fs::path folder;
  DeclaredAction action;
};

TEST_F(LintFiles, FindsNothingWhereAllIsRoots) {
  make_folder("a/b/c");
  const std::string script = make_file("a/b/c/run", "#!/bin/sh\n");
  EXPECT_TRUE(look({script}).empty());
  fs::create_symlink("a/b/../b/c/run", folder / "link");
  EXPECT_TRUE(look({(folder / "link").string()}).empty());
}

TEST_F(LintFiles, NamesAFolderThreeLevelsUp) {
  make_folder("a/b/c");
  const std::string script = make_file("a/b/c/run", "#!/bin/sh\n");
  const std::string loose = make_folder("a", 0777);
  const auto findings = look({script});
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].code, "loose-command");
  EXPECT_EQ(findings[0].file + std::to_string(findings[0].line), "m.toml3");
  EXPECT_EQ(findings[0].text, "the command, " + script +
                                  ", can be replaced by others than root and www-data: " + loose +
                                  ", on the way to it, is writable by everybody (mode 0777)");
}

TEST_F(LintFiles, NamesAnInterpreterThatOthersMayWrite) {
  const std::string language = make_file("language",
                                         "\x7f"
                                         "ELF",
                                         0777);
  const std::string script = make_file("run", "#! " + language + " -x\nexit\n");
  const auto findings = look({script});
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].code, "loose-interpreter");
  EXPECT_NE(findings[0].text.find(language), std::string::npos) << findings[0].text;
}

TEST_F(LintFiles, FollowsALinkIntoAFolderOfEverybodys) {
  make_folder("drop", 01777);
  make_file("drop/run", "");
  const std::string link = (folder / "run").string();
  fs::create_symlink("drop/run", link);
  const auto findings = look({link});
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].code, "loose-command");
  EXPECT_NE(findings[0].text.find("/drop, on the way to it, is writable by everybody (mode 1777)"),
            std::string::npos)
      << findings[0].text;
}

TEST_F(LintFiles, CountsOnTheActionsOwnUserAndNobodyElse) {
  const std::string program = make_file("run", "", 0755);
  ASSERT_EQ(::chown(program.c_str(), 33, 33), 0);
  EXPECT_TRUE(look({program}).empty());
  ASSERT_EQ(::chown(program.c_str(), 34, 34), 0);
  ASSERT_EQ(look({program}).size(), 1U);
  EXPECT_NE(look({program})[0].text.find("belongs to uid 34"), std::string::npos);
}

TEST_F(LintFiles, TellsWhatIsMissingAndEndsWithLinksInACircle) {
  EXPECT_EQ(look({(folder / "gone/run").string()})[0].code, "missing-command");
  EXPECT_EQ(look({make_folder("folder")})[0].code, "missing-command");
  fs::create_symlink("circle", folder / "circle");
  EXPECT_EQ(look({(folder / "circle").string()})[0].code, "not-looked-at");
}

// Nobody is waited for, and nothing but a regular file is read.
TEST_F(LintFiles, ReadsNoFirstLineOfAFifo) {
  const std::string fifo = (folder / "fifo").string();
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_EQ(SystemFileView().first_line(fifo), "");
  EXPECT_EQ(look({fifo})[0].code, "missing-command");
  const std::string zeros = make_file("zeros", std::string("#!/bin/\0sh\n", 11));
  EXPECT_EQ(SystemFileView().first_line(zeros), "");
  EXPECT_EQ(SystemFileView().first_line(make_file("long", "#!" + std::string(1000, 'x'))).size(),
            256U);
}

}  // namespace
}  // namespace mgr
