// Test · any uid · a folder as its hostile owner would fill it.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "modules/mgr-scan/descriptor.h"
#include "modules/mgr-scan/walk.h"

namespace mgr_scan {
namespace {

namespace fs = std::filesystem;

class ScanWalk : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::canonical(fs::temp_directory_path()) / "scan-walk-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    base_ = name;
    fs::create_directory(top());
    settings_.folder = top().string();
  }
  void TearDown() override { fs::remove_all(base_); }

  [[nodiscard]] fs::path top() const { return base_ / "top"; }
  void write(const fs::path& path, const std::string& text) const {
    std::ofstream(top() / path, std::ios::binary) << text;
  }
  Walk walk() {
    Progress progress(-1);
    auto walked = walk_folder(settings_, progress);
    EXPECT_TRUE(walked) << (walked ? "" : walked.error().message);
    return walked ? std::move(*walked) : Walk{};
  }
  static const Entry* find(const Walk& walk, const std::string& path) {
    for (const Entry& entry : walk.snapshot.entries) {
      if (entry.path == path) return &entry;
    }
    return nullptr;
  }
  static Kind kind_of(const Walk& walk, const std::string& path) {
    const Entry* entry = find(walk, path);
    EXPECT_NE(entry, nullptr) << path;
    return entry == nullptr ? Kind::kUnknown : entry->kind;
  }

  fs::path base_;
  Settings settings_;
};

TEST_F(ScanWalk, HashIsBlake2b256OfTheContent) {
  write("empty", "");
  write("abc", "abc");
  const Walk walked = walk();
  ASSERT_EQ(walked.snapshot.entries.size(), 3U);
  EXPECT_EQ(walked.snapshot.entries[0].path, ".");
  EXPECT_EQ(find(walked, "empty")->detail,  // b2sum -l 256
            "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
  EXPECT_EQ(find(walked, "abc")->detail,
            "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
  EXPECT_EQ(find(walked, "abc")->size, 3U);
}

TEST_F(ScanWalk, LinksAreRecordedAndNeverFollowed) {
  fs::create_directory(base_ / "secret");
  std::ofstream(base_ / "secret" / "key") << "secret";
  fs::create_symlink(base_ / "secret", top() / "folder");
  fs::create_symlink("../secret/key", top() / "file");
  fs::create_symlink("loop", top() / "loop");
  const Walk walked = walk();
  EXPECT_EQ(walked.snapshot.entries.size(), 4U);
  EXPECT_EQ(kind_of(walked, "folder"), Kind::kLink);
  EXPECT_EQ(find(walked, "file")->detail, "../secret/key");
  EXPECT_EQ(walked.bytes_read, 0U);
}

TEST_F(ScanWalk, LinkOnTheWayToTheFolderIsAnError) {
  fs::create_symlink(top(), base_ / "alias");
  settings_.folder = (base_ / "alias").string();
  Progress progress(-1);
  EXPECT_FALSE(walk_folder(settings_, progress));
}

TEST_F(ScanWalk, FifoAndSocketAreNotOpened) {
  ASSERT_EQ(::mkfifo((top() / "fifo").c_str(), 0600), 0);
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  (top() / "socket").string().copy(&address.sun_path[0], sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  const Walk walked = walk();
  EXPECT_EQ(kind_of(walked, "fifo"), Kind::kFifo);
  EXPECT_EQ(kind_of(walked, "socket"), Kind::kSocket);
}

TEST_F(ScanWalk, NamesMayHoldAnyByte) {
  const std::string name = "a\nb\x01\xFF%20 \\";
  write(name, "x");
  EXPECT_EQ(kind_of(walk(), name), Kind::kFile);
}

TEST_F(ScanWalk, ExcludedFoldersArePruned) {
  fs::create_directories(top() / "cache" / "deep");
  write("cache/deep/x", "x");
  write("a.log", "x");
  write("kept", "x");
  settings_.exclude = {"cache", "*.log"};
  const Walk walked = walk();
  EXPECT_EQ(walked.snapshot.entries.size(), 2U);
  EXPECT_EQ(walked.excluded, 2U);
}

TEST_F(ScanWalk, LargeFilesAreNotReadAndTheirTimesCount) {
  settings_.max_file_size = 10;
  write("large", "01234567890");
  const Walk before = walk();
  EXPECT_EQ(kind_of(before, "large"), Kind::kFileUnhashed);
  EXPECT_EQ(before.bytes_read, 0U);
  // The owner rewrites it, and puts the modification time back: the change time tells.
  const auto time = fs::last_write_time(top() / "large");
  ::usleep(20'000);
  write("large", "98765432109");
  fs::last_write_time(top() / "large", time);
  EXPECT_NE(find(before, "large")->detail, find(walk(), "large")->detail);
}

TEST_F(ScanWalk, HugeHolesAreNotRead) {
  settings_.max_file_size = std::uint64_t{1} << 60U;
  write("sparse", "head");
  fs::resize_file(top() / "sparse", std::uint64_t{1} << 40U);
  write("dense", std::string(2U << 20U, 'x'));
  const Walk walked = walk();
  EXPECT_EQ(kind_of(walked, "sparse"), Kind::kFileUnhashed);
  EXPECT_EQ(find(walked, "sparse")->size, std::uint64_t{1} << 40U);
  EXPECT_EQ(kind_of(walked, "dense"), Kind::kFile);
}

TEST_F(ScanWalk, InodeWithManyNamesIsReadOnce) {
  write("a", std::string(100'000, 'x'));
  for (int i = 0; i < 100; ++i) {
    fs::create_hard_link(top() / "a", top() / std::to_string(i));
  }
  const Walk walked = walk();
  EXPECT_EQ(walked.bytes_read, 100'000U);
  EXPECT_EQ(find(walked, "99")->detail, find(walked, "a")->detail);
}

TEST_F(ScanWalk, DeepNestingEndsAndIsSaid) {
  Descriptor at(::open(top().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  for (int depth = 0; depth < 1000; ++depth) {
    ASSERT_EQ(::mkdirat(at.get(), "d", 0700), 0);
    at = Descriptor(::openat(at.get(), "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  }
  const Walk walked = walk();
  EXPECT_EQ(walked.snapshot.entries.size(), kMaxDepth + 1);
  EXPECT_EQ(std::count_if(walked.snapshot.entries.begin(), walked.snapshot.entries.end(),
                          [](const Entry& entry) { return entry.kind == Kind::kDirectoryDeep; }),
            1);
}

TEST_F(ScanWalk, PathsBeyondPathMaxAreScanned) {
  const std::string name(200, 'n');
  Descriptor at(::open(top().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  std::string path;
  for (int depth = 0; depth < 60; ++depth) {
    ASSERT_EQ(::mkdirat(at.get(), name.c_str(), 0700), 0);
    at = Descriptor(::openat(at.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    path += name + "/";
  }
  const Descriptor file(::openat(at.get(), "f", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  ASSERT_EQ(::write(file.get(), "abc", 3), 3);
  const Walk walked = walk();
  EXPECT_EQ(kind_of(walked, path + "f"), Kind::kFile);
  EXPECT_TRUE(walked.unsettled.empty());
}

TEST_F(ScanWalk, WhatCannotBeReadIsSaid) {
  write("closed", "x");
  fs::create_directory(top() / "shut");
  ASSERT_EQ(::chmod((top() / "closed").c_str(), 0), 0);
  ASSERT_EQ(::chmod((top() / "shut").c_str(), 0), 0);
  // Root reads everything, so the walk is somebody else's. Changing ids shuts /proc/self, which the
  // walk reopens files through, until the process may be dumped again (prctl(2)).
  const uid_t self = ::geteuid();
  ASSERT_EQ(::chmod(top().c_str(), 0755), 0);
  ASSERT_EQ(::chmod(base_.c_str(), 0755), 0);
  ASSERT_EQ(::seteuid(self == 0 ? 65534 : self), 0);
  ::prctl(PR_SET_DUMPABLE, 1);
  const Walk walked = walk();
  ASSERT_EQ(::seteuid(self), 0);
  EXPECT_EQ(kind_of(walked, "closed"), Kind::kFileUnreadable);
  EXPECT_EQ(kind_of(walked, "shut"), Kind::kDirectoryUnreadable);
  ASSERT_EQ(::chmod((top() / "shut").c_str(), 0700), 0);
}

TEST_F(ScanWalk, TwoWalksOfOneStateAreEqual) {
  fs::create_directories(top() / "b" / "c");
  write("b/c/x", "1");
  write("a", "2");
  EXPECT_EQ(walk().snapshot, walk().snapshot);
}

}  // namespace
}  // namespace mgr_scan
