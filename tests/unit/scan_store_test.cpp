// Test · any uid · folders of baselines as mgr-scan taken over, or a careless admin, would set up.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "modules/mgr-scan/baseline_store.h"
#include "modules/mgr-scan/beneath.h"
#include "modules/mgr-scan/settings.h"

namespace mgr_scan {
namespace {

namespace fs = std::filesystem;

constexpr const char* kText = "mgr-scan-baseline 1\nfolder /srv\ndirectory 755 0 0 0 - .\nend 1\n";

class ScanStore : public testing::Test {
 protected:
  void SetUp() override {
    ::umask(022);
    std::string name = (fs::canonical(fs::temp_directory_path()) / "scan-store-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    base_ = name;
    fs::create_directories(home() / "accepted");
    fs::create_directories(home() / "proposed");
    fs::create_directories(base_ / "etc/mgr/scan.d");
    std::ofstream(base_ / "etc/mgr/scan.d/1.toml") << "path = \"/srv\"\n";
    root_ = std::move(*open_root(base_.string()));
  }
  void TearDown() override { fs::remove_all(base_); }

  [[nodiscard]] fs::path home() const { return base_ / "var/lib/mgr/scan"; }
  [[nodiscard]] BaselineStore store() const { return {root_.get(), 1}; }
  [[nodiscard]] std::string settings_complaint() const {
    const auto settings = load_settings(root_.get(), 1);
    return settings ? "" : settings.error().message;
  }

  fs::path base_;
  Descriptor root_;
};

TEST_F(ScanStore, NoAcceptedBaselineIsNotAnError) {
  const auto accepted = store().read_accepted();
  ASSERT_TRUE(accepted);
  EXPECT_FALSE(accepted->has_value());
}

TEST_F(ScanStore, GivesBackWhatWasWritten) {
  ASSERT_TRUE(store().write_proposed(kText));
  const auto proposal = store().read_proposed();
  ASSERT_TRUE(proposal) << proposal.error().message;
  EXPECT_EQ(proposal->snapshot.folder, "/srv");
  EXPECT_EQ(proposal->digest, digest_of(kText));
  ASSERT_TRUE(store().write_accepted(kText));
  const auto accepted = store().read_accepted();
  ASSERT_TRUE(accepted);
  EXPECT_EQ((*accepted)->entries.size(), 1U);
  EXPECT_EQ(fs::status(home() / "accepted/1").permissions(), static_cast<fs::perms>(0640));
}

TEST_F(ScanStore, LeavesNoTemporaryFiles) {
  ASSERT_TRUE(store().write_proposed(kText));
  ASSERT_TRUE(store().write_proposed(kText));
  EXPECT_EQ(std::distance(fs::directory_iterator(home() / "proposed"), fs::directory_iterator()),
            1);
}

TEST_F(ScanStore, RemovesStaleTemporaryFilesOfThisScanAlone) {
  const auto old = fs::file_time_type::clock::now() - std::chrono::hours(48);
  for (const char* name : {".1.5.new", ".2.5.new", ".1.6.new"}) {
    std::ofstream(home() / "proposed" / name) << "x";
    if (std::string(name) != ".1.6.new") fs::last_write_time(home() / "proposed" / name, old);
  }
  ASSERT_TRUE(store().write_proposed(kText));
  EXPECT_FALSE(fs::exists(home() / "proposed/.1.5.new"));
  EXPECT_TRUE(fs::exists(home() / "proposed/.2.5.new"));
  EXPECT_TRUE(fs::exists(home() / "proposed/.1.6.new"));
}

TEST_F(ScanStore, AcceptFollowsNoLink) {
  std::ofstream(base_ / "elsewhere") << kText;
  fs::create_symlink(base_ / "elsewhere", home() / "proposed/1");
  EXPECT_FALSE(store().read_proposed());
}

TEST_F(ScanStore, AcceptFollowsNoLinkedFolder) {
  fs::create_directory(base_ / "fake");
  std::ofstream(base_ / "fake/1") << kText;
  fs::remove(home() / "proposed");
  fs::create_directory_symlink(base_ / "fake", home() / "proposed");
  EXPECT_FALSE(store().read_proposed());
}

TEST_F(ScanStore, AcceptDoesNotWaitForAFifo) {
  ASSERT_EQ(::mkfifo((home() / "proposed/1").c_str(), 0600), 0);
  const auto proposal = store().read_proposed();
  ASSERT_FALSE(proposal);
  EXPECT_NE(proposal.error().message.find("not a regular file"), std::string::npos);
}

TEST_F(ScanStore, AcceptReadsNoHugeFile) {
  std::ofstream(home() / "proposed/1") << kText;
  fs::resize_file(home() / "proposed/1", kMaxBaselineBytes + 1);
  EXPECT_FALSE(store().read_proposed());
}

TEST_F(ScanStore, WritingReplacesAPlantedLinkAndNotItsTarget) {
  std::ofstream(base_ / "target") << "precious";
  fs::create_symlink(base_ / "target", home() / "proposed/1");
  ASSERT_TRUE(store().write_proposed(kText));
  EXPECT_TRUE(fs::is_regular_file(fs::symlink_status(home() / "proposed/1")));
  EXPECT_EQ(fs::file_size(base_ / "target"), 8U);
}

TEST_F(ScanStore, BaselineThatOthersCouldWriteIsNotBelieved) {
  ASSERT_TRUE(store().write_accepted(kText));
  fs::permissions(home() / "accepted/1", fs::perms::group_write, fs::perm_options::add);
  EXPECT_FALSE(store().read_accepted());
  fs::permissions(home() / "accepted/1", fs::perms::group_write, fs::perm_options::remove);
  EXPECT_TRUE(store().read_accepted());
  fs::permissions(home() / "accepted", fs::perms::others_write, fs::perm_options::add);
  EXPECT_FALSE(store().read_accepted());
}

TEST_F(ScanStore, BrokenAcceptedBaselineIsAnErrorAndNotAFirstScan) {
  std::ofstream(home() / "accepted/1") << "mgr-scan-baseline 1\n";
  EXPECT_FALSE(store().read_accepted());
}

TEST_F(ScanStore, SettingsThatOthersCouldWriteAreRefused) {
  EXPECT_EQ(settings_complaint(), "");
  const fs::path file = base_ / "etc/mgr/scan.d/1.toml";
  fs::permissions(file, fs::perms::others_write, fs::perm_options::add);
  EXPECT_EQ(settings_complaint(), "/etc/mgr/scan.d/1.toml: is writable by its group or by others");
  fs::permissions(file, fs::perms::others_write, fs::perm_options::remove);
  fs::permissions(base_ / "etc/mgr", fs::perms::group_write, fs::perm_options::add);
  EXPECT_EQ(settings_complaint(), "/etc/mgr: is writable by its group or by others");
}

TEST_F(ScanStore, LinkedOrMissingSettingsAreRefused) {
  const fs::path file = base_ / "etc/mgr/scan.d/1.toml";
  fs::rename(file, base_ / "real.toml");
  EXPECT_NE(settings_complaint(), "");
  fs::create_symlink(base_ / "real.toml", file);
  EXPECT_NE(settings_complaint(), "");
}

}  // namespace
}  // namespace mgr_scan
