// Files and folders that somebody else could have written.
#include "policy/open.h"
#include "tests/unit/policy_temporary_root.h"

namespace mgr {
namespace {

class PolicyOpen : public TemporaryRoot {
 protected:
  // What reading /etc/mgr/policy.toml gives: its text, "absent", or the refusal without `root`.
  std::string outcome() {
    const auto folder = TrustedFolder::open(root, "/etc/mgr");
    if (!folder) return reason(folder.error());
    if (!*folder) return "absent";
    const auto text = (*folder)->read("policy.toml");
    if (!text) return reason(text.error());
    return *text ? **text : "absent";
  }
  std::string reason(const Error& error) {
    EXPECT_TRUE(error.detail.starts_with(root)) << error.detail;
    return error.detail.substr(root.size());
  }
};

TEST_F(PolicyOpen, ReadsWhatRootAloneCanWrite) {
  make_file("/etc/mgr/policy.toml", "text");
  EXPECT_EQ(outcome(), "text");
  change_mode("/etc/mgr/policy.toml", 0400);
  EXPECT_EQ(outcome(), "text");
}

TEST_F(PolicyOpen, TellsAbsentFromRefused) {
  EXPECT_EQ(outcome(), "absent");
  std::filesystem::remove_all(root + "/etc");
  EXPECT_EQ(outcome(), "absent");
}

TEST_F(PolicyOpen, RefusesGroupWritablePolicyAndNamesIt) {
  make_file("/etc/mgr/policy.toml", "text", 0664);
  EXPECT_EQ(outcome(), "/etc/mgr/policy.toml: writable by its group (mode 0664)");
}

TEST_F(PolicyOpen, RefusesWorldWritablePolicy) {
  make_file("/etc/mgr/policy.toml", "text", 0646);
  EXPECT_EQ(outcome(), "/etc/mgr/policy.toml: writable by others (mode 0646)");
}

TEST_F(PolicyOpen, RefusesPolicyOfAnotherUser) {
  make_file("/etc/mgr/policy.toml", "text");
  change_owner("/etc/mgr/policy.toml", 33);
  EXPECT_EQ(outcome(), "/etc/mgr/policy.toml: belongs to uid 33, not to root");
}

TEST_F(PolicyOpen, RefusesLooseFolderAnywhereOnTheWay) {
  make_file("/etc/mgr/policy.toml", "text");
  for (const std::string folder : {"", "/etc", "/etc/mgr"}) {
    change_mode(folder, 0775);
    EXPECT_EQ(outcome(), folder + ": writable by its group (mode 0775)");
    change_mode(folder, 01777);
    EXPECT_EQ(outcome(), folder + ": writable by its group (mode 1777)");
    change_mode(folder, 0755);
    change_owner(folder, 33);
    EXPECT_EQ(outcome(), folder + ": belongs to uid 33, not to root");
    change_owner(folder, 0);
  }
  EXPECT_EQ(outcome(), "text");
}

TEST_F(PolicyOpen, RefusesSymlinkedFolder) {
  make_file("/etc/mgr/policy.toml", "text");
  std::filesystem::rename(root + "/etc/mgr", root + "/elsewhere");
  std::filesystem::create_directory_symlink(root + "/elsewhere", root + "/etc/mgr");
  EXPECT_EQ(outcome(), "/etc/mgr: is a symbolic link");
}

TEST_F(PolicyOpen, RefusesSymlinkedRootFolder) {
  make_file("/etc/mgr/policy.toml", "text");
  const std::string real = root;
  std::filesystem::create_directory_symlink(real, real + "/link");
  root = real + "/link";
  EXPECT_EQ(outcome(), ": is a symbolic link");
  root = real;
}

TEST_F(PolicyOpen, RefusesSymlinkedPolicy) {
  make_file("/etc/mgr/other", "text");
  std::filesystem::create_symlink("other", root + "/etc/mgr/policy.toml");
  EXPECT_EQ(outcome(), "/etc/mgr/policy.toml: is a symbolic link");
}

TEST_F(PolicyOpen, RefusesPolicyWithASecondName) {
  make_file("/etc/mgr/policy.toml", "text");
  std::filesystem::create_hard_link(root + "/etc/mgr/policy.toml", root + "/other");
  EXPECT_EQ(outcome(), "/etc/mgr/policy.toml: has 2 hard links, not 1");
}

TEST_F(PolicyOpen, RefusesFifoWithoutWaitingForAWriter) {
  ASSERT_EQ(::mkfifo((root + "/etc/mgr/policy.toml").c_str(), 0644), 0);
  EXPECT_EQ(outcome(), "/etc/mgr/policy.toml: is not a regular file");
}

TEST_F(PolicyOpen, RefusesFolderInPlaceOfAFileAndTheReverse) {
  make_folder("/etc/mgr/policy.toml");
  EXPECT_EQ(outcome(), "/etc/mgr/policy.toml: is not a regular file");
  std::filesystem::remove_all(root + "/etc/mgr");
  make_file("/etc/mgr", "");
  EXPECT_EQ(outcome(), "/etc/mgr: is not a folder");
}

TEST_F(PolicyOpen, RefusesMoreThanAMebibyte) {
  make_file("/etc/mgr/policy.toml", std::string(max_trusted_file_length, '#'));
  EXPECT_EQ(outcome().size(), max_trusted_file_length);
  make_file("/etc/mgr/policy.toml", std::string(max_trusted_file_length + 1, '#'));
  EXPECT_EQ(outcome(), "/etc/mgr/policy.toml: longer than 1 MiB");
}

TEST_F(PolicyOpen, ListsTomlFilesInNameOrder) {
  for (const char* name : {"b.toml", "a.toml", "B.toml", ".hidden.toml", "a.toml.bak", "toml"}) {
    make_file(std::string("/etc/mgr/modules.d/") + name, "");
  }
  const auto folder = TrustedFolder::open(root, "/etc/mgr/modules.d");
  ASSERT_TRUE(folder && *folder);
  const auto names = (*folder)->names(".toml");
  ASSERT_TRUE(names);
  EXPECT_EQ(*names, (std::vector<std::string>{"B.toml", "a.toml", "b.toml"}));
}

TEST_F(PolicyOpen, LooksUpFromTheRealRootWhereNoneIsGiven) {
  const auto folder = TrustedFolder::open("", "/no-such-folder-of-mgr/x");
  ASSERT_TRUE(folder) << folder.error().detail;
  EXPECT_FALSE(*folder);
}

}  // namespace
}  // namespace mgr
