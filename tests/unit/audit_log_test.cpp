// The audit log: its chain, what a crash leaves, and what it is opened on. Wants no root.
#include "helper/audit_log.h"

#include <gtest/gtest.h>
#include <sodium.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "helper/configure/highest_job_id.h"

namespace mgr {
namespace {

class AuditLogTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_GE(sodium_init(), 0);
    folder_ = "/tmp/mgr-audit-XXXXXX";
    ASSERT_NE(mkdtemp(folder_.data()), nullptr);
    path_ = folder_ + "/audit.jsonl";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  AuditLog open() {
    auto log = AuditLog::open(path_);
    EXPECT_TRUE(log) << log.error().detail;
    return std::move(*log);
  }

  std::vector<std::string> lines() const {
    std::ifstream file(path_);
    std::vector<std::string> all;
    for (std::string line; std::getline(file, line);) all.push_back(line);
    return all;
  }

  static std::string hash_of(const std::string& line) {
    unsigned char hash[32];
    crypto_generichash(hash, sizeof hash, reinterpret_cast<const unsigned char*>(line.data()),
                       line.size(), nullptr, 0);
    char hex[65];
    return sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
  }

  std::string folder_, path_;
};

TEST_F(AuditLogTest, EachLineCarriesTheHashOfTheOneBefore) {
  {
    AuditLog log = open();
    EXPECT_EQ(log.append("effect", R"({"module":"scan"})"), 1u);
    EXPECT_EQ(log.append("outcome", "{}"), 2u);
    ASSERT_TRUE(log.flush(true));
  }
  AuditLog later = open();
  EXPECT_EQ(later.append("effect", "{}"), 3u) << "the chain goes on";
  ASSERT_TRUE(later.flush(false));
  const auto all = lines();
  ASSERT_EQ(all.size(), 3u);
  std::string before(64, '0');
  for (const std::string& line : all) {
    EXPECT_EQ(nlohmann::json::parse(line)["prev"], before);
    before = hash_of(line);
  }
  EXPECT_EQ(nlohmann::json::parse(all[0])["module"], "scan");
}

TEST_F(AuditLogTest, ATornLastLineIsEndedAndStaysInTheChain) {
  {
    AuditLog log = open();
    log.append("effect", "{}");
    log.append("effect", "{}");
    ASSERT_TRUE(log.flush(true));
  }
  std::filesystem::resize_file(path_, std::filesystem::file_size(path_) - 20);
  AuditLog log = open();
  log.append("effect", "{}");
  ASSERT_TRUE(log.flush(true));
  const auto all = lines();
  ASSERT_EQ(all.size(), 4u);
  const auto recovered = nlohmann::json::parse(all[2]);
  EXPECT_EQ(recovered["event"], "recovered");
  EXPECT_EQ(recovered["seq"], 3);
  EXPECT_EQ(recovered["prev"], hash_of(all[1]));
}

TEST_F(AuditLogTest, NothingIsOnDiskBeforeTheFlush) {
  AuditLog log = open();
  log.append("effect", "{}");
  EXPECT_TRUE(lines().empty());
  ASSERT_TRUE(log.flush(true));
  EXPECT_EQ(lines().size(), 1u);
}

TEST_F(AuditLogTest, FindsTheHighestJobIdAndNotWhatClientsWrote) {
  AuditLog log = open();
  log.append("refused", R"({"arguments":{"id":"99999","x":"\"id\":77777"}})");
  log.append("job_ended", R"({"id":4711,"state":"failed"})");
  for (int i = 0; i < 20000; ++i)
    log.append("sums", R"({"counts":[{"what":"mgr ping","count":1}]})");
  log.append("outcome", R"({"data":{"jobs":[{"id":12}]}})");
  ASSERT_TRUE(log.flush(false));
  EXPECT_EQ(highest_job_id(path_), 4711u);
  EXPECT_EQ(highest_job_id(path_ + ".none"), 0u);
}

TEST_F(AuditLogTest, RefusesALinkAndAFileThatOthersCanWrite) {
  ASSERT_EQ(symlink("/dev/null", path_.c_str()), 0);
  EXPECT_FALSE(AuditLog::open(path_));
  ASSERT_EQ(unlink(path_.c_str()), 0);
  { AuditLog log = open(); }
  ASSERT_EQ(chmod(path_.c_str(), 0620), 0);
  EXPECT_FALSE(AuditLog::open(path_));
}

TEST_F(AuditLogTest, AFailedWriteIsToldAndKeptForTheNext) {
  AuditLog log = open();
  log.append("effect", "{}");
  struct rlimit before {};
  getrlimit(RLIMIT_FSIZE, &before);
  signal(SIGXFSZ, SIG_IGN);
  const rlimit none{0, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &none);
  EXPECT_FALSE(log.flush(true));
  setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_TRUE(log.flush(true));
  EXPECT_EQ(lines().size(), 1u);
}

}  // namespace
}  // namespace mgr
