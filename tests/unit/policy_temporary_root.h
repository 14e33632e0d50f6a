// A folder of root's own under the system's temporary one, laid out like "/", gone with the test.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace mgr {

class TemporaryRoot : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(::geteuid(), 0U) << "files of root's own can be made by root alone";
    std::string pattern = (std::filesystem::temp_directory_path() / "mgr-policy-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root = pattern;
    make_folder("/etc");
    make_folder("/etc/mgr");
    make_folder("/etc/mgr/modules.d");
  }
  void TearDown() override { std::filesystem::remove_all(root); }

  void make_folder(const std::string& path, mode_t mode = 0755) {
    ASSERT_EQ(::mkdir((root + path).c_str(), 0700), 0);
    change_mode(path, mode);
  }
  void make_file(const std::string& path, const std::string& text, mode_t mode = 0644) {
    std::ofstream(root + path) << text;
    change_mode(path, mode);
  }
  void change_mode(const std::string& path, mode_t mode) {
    ASSERT_EQ(::chmod((root + path).c_str(), mode), 0);
  }
  void change_owner(const std::string& path, uid_t uid) {
    ASSERT_EQ(::chown((root + path).c_str(), uid, 0), 0);
  }

  std::string root;
};

}  // namespace mgr
