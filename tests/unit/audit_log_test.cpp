// The audit log: its chain and its key, what a crash leaves, and what it is opened on. As root,
// whose files they are.
#include "helper/audit_log.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "audit_support.h"
#include "helper/configure/highest_job_id.h"
#include "protocol/audit_files.h"

namespace mgr {
namespace {

using client::AuditFault;

class AuditLogTest : public AuditFixture {
 protected:
  void append_raw(const std::string& bytes) const {
    std::ofstream(paths().audit_file(), std::ios::binary | std::ios::app) << bytes;
  }
  [[nodiscard]] std::uint64_t key_seq() const {
    return AuditKey::load(paths().audit_key_file()).value().seq();
  }
  // With the first key, and without one: the faults, in order.
  [[nodiscard]] std::vector<AuditFault> faults() const {
    std::vector<AuditFault> all;
    for (const auto& finding : verify(lines(), {first_key()})) all.push_back(finding.fault);
    return all;
  }
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
    before = audit_hash(line);
  }
  EXPECT_EQ(nlohmann::json::parse(all[0])["module"], "scan");
  EXPECT_EQ(faults(), std::vector<AuditFault>{});
}

TEST_F(AuditLogTest, TheKeyOnDiskIsNeverAheadAndNeverGoesBack) {
  EXPECT_EQ(key_seq(), 1u);
  AuditLog log = open();
  log.append("sums", "{}");
  ASSERT_TRUE(log.flush(false));
  EXPECT_EQ(key_seq(), 1u) << "the line is not on disk yet";
  log.append("effect", "{}");
  ASSERT_TRUE(log.flush(true));
  EXPECT_EQ(key_seq(), 3u);
  std::size_t files = 0;
  for (const auto& each : std::filesystem::directory_iterator(paths().audit_key_folder())) {
    EXPECT_TRUE(each.path().filename() == "key" || each.path().filename() == "first-key") << each;
    ++files;
  }
  EXPECT_EQ(files, 2u) << "an earlier key is left";
}

TEST_F(AuditLogTest, AKeyThatIsBehindIsTakenForward) {
  const std::string first = lines_of(paths().audit_key_file()).at(0) + '\n';
  write(5);
  put(paths().audit_key_file(), first);
  write(2);
  EXPECT_EQ(key_seq(), 8u);
  EXPECT_EQ(faults(), std::vector<AuditFault>{});
}

TEST_F(AuditLogTest, ATornLastLineIsEndedAndStaysInTheChain) {
  write(1);
  write_and_not_wait(1);
  cut(20);
  write(1);
  const auto all = lines();
  ASSERT_EQ(all.size(), 4u);
  const auto recovered = nlohmann::json::parse(all[2]);
  EXPECT_EQ(recovered["event"], "recovered");
  EXPECT_EQ(recovered["seq"], 3);
  EXPECT_EQ(recovered["prev"], audit_hash(all[0] + '\n' + all[1]));
  EXPECT_EQ(faults(), std::vector{AuditFault::torn});
  EXPECT_EQ(nlohmann::json::parse(all[3])["seq"], 4);
}

TEST_F(AuditLogTest, WhatIsTornAgainAndAgainTakesANumberEachTime) {
  write(2);
  for (int i = 0; i < 3; ++i) {
    append_raw(R"({"seq":9,"time":)");
    write_and_not_wait(1);
    cut(120);
  }
  write(1);
  EXPECT_EQ(faults(), std::vector(4, AuditFault::torn));
  put(paths().audit_file(), "");
}

TEST_F(AuditLogTest, WhatWasOnDiskIsDamagedAndNotTorn) {
  write(2);
  cut(20);
  write(1);
  EXPECT_EQ(nlohmann::json::parse(lines().at(2))["event"], "recovered");
  EXPECT_EQ(faults(), std::vector{AuditFault::damaged}) << "the key had passed it";
}

TEST_F(AuditLogTest, AFirstLineOfAFileThatIsTornStaysInTheChainOfTheFileBefore) {
  write(3);
  auto all = lines();
  std::filesystem::rename(paths().audit_file(), paths().log_folder() + '/' + rotated_audit_name(1));
  write_and_not_wait(1);
  cut(20);
  write(1);
  for (std::string& line : lines()) all.push_back(std::move(line));
  const auto found = verify(all, {first_key()});
  ASSERT_EQ(found.size(), 1u) << told(found);
  EXPECT_EQ(found[0].fault, AuditFault::torn);
  EXPECT_EQ(nlohmann::json::parse(all.back())["seq"], 6);
}

TEST_F(AuditLogTest, ATornLineThatWasEditedAfterwardsIsNoTornLine) {
  write(2);
  cut(20);
  write(1);
  auto all = lines();
  for (const std::size_t line : {0u, 1u}) {
    all = lines();
    all[line][30] ^= 1;
    const auto found = verify(all, {});
    ASSERT_FALSE(found.empty()) << line;
    EXPECT_EQ(found.at(0).fault, AuditFault::damaged) << told(found);
  }
}

TEST_F(AuditLogTest, ALogThatWasCutGivesNoNumberAwayTwiceAndSaysSo) {
  write(5);
  auto all = lines();
  put(paths().audit_file(), all[0] + '\n' + all[1] + '\n');
  write(1);
  all = lines();
  const auto gap = nlohmann::json::parse(all.at(2));
  EXPECT_EQ(gap["event"], "audit_gap");
  EXPECT_EQ(gap["seq"], 6);
  EXPECT_EQ(gap["log_ended"], 2);
  EXPECT_EQ(faults(), std::vector{AuditFault::gap});
}

TEST_F(AuditLogTest, AKeyThatIsLostIsMadeAnewAndTheLogSaysSo) {
  for (const bool damaged : {false, true}) {
    write(2);
    const AuditKey old_first = first_key();
    std::filesystem::remove(paths().first_audit_key_file());
    if (damaged) put(paths().audit_key_file(), "mgr-audit-key-v1 0000");
    if (!damaged) std::filesystem::remove(paths().audit_key_file());
    EXPECT_EQ(prepare().size(), 1u);
    write(1);
    const auto found = verify(lines(), {old_first, first_key()});
    ASSERT_EQ(found.size(), 1u) << told(found);
    EXPECT_EQ(found[0].fault, AuditFault::gap);
    EXPECT_GT(verify(lines(), {old_first}).size(), 1u) << "the old key is none for the new lines";
    std::filesystem::remove_all(root_.paths().audit_key_folder());
    std::filesystem::remove(paths().audit_file());
    prepare();
  }
}

TEST_F(AuditLogTest, AFirstKeyThatNobodyTookIsTheKeyOnceMore) {
  write(3);
  std::filesystem::remove(paths().audit_key_file());
  EXPECT_EQ(prepare().size(), 1u);
  write(1);
  EXPECT_EQ(faults(), std::vector<AuditFault>{});
}

TEST_F(AuditLogTest, ALogOfBeforeThereWereMacsIsGoneOnWith) {
  std::string before(64, '0'), old;
  for (int i = 1; i <= 3; ++i) {
    std::string line = R"({"seq":)" + std::to_string(i) +
                       R"(,"time":"2026-01-01T00:00:00Z","event":"effect","prev":")" + before +
                       "\"}";
    before = audit_hash(line);
    old += line + '\n';
  }
  std::filesystem::remove_all(paths().audit_key_folder());
  put(paths().audit_file(), old);
  chmod(paths().audit_file().c_str(), 0600);
  EXPECT_TRUE(prepare().empty());
  EXPECT_EQ(first_key().seq(), 4u);
  write(2);
  EXPECT_EQ(faults(), std::vector<AuditFault>{});
  auto all = lines();
  const std::string mac = all[4].substr(all[4].find(",\"mac\""));
  all[4].replace(all[4].size() - mac.size(), mac.size(), "}");
  EXPECT_EQ(verify(all, {}).at(0).fault, AuditFault::without_mac) << "nobody goes back to none";
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
  EXPECT_EQ(highest_job_id(paths().log_folder()), 4711u);
  EXPECT_EQ(highest_job_id(paths().log_folder() + ".none"), 0u);
  std::filesystem::rename(paths().audit_file(), paths().log_folder() + '/' + rotated_audit_name(1));
  EXPECT_EQ(highest_job_id(paths().log_folder()), 4711u);
}

TEST_F(AuditLogTest, RefusesALinkAndAFileThatOthersCanWrite) {
  const std::string path = paths().audit_file();
  ASSERT_EQ(symlink("/dev/null", path.c_str()), 0);
  EXPECT_FALSE(AuditLog::open(paths()));
  ASSERT_EQ(unlink(path.c_str()), 0);
  { AuditLog log = open(); }
  ASSERT_EQ(link(path.c_str(), (path + ".other").c_str()), 0);
  EXPECT_FALSE(AuditLog::open(paths())) << "a second name";
  ASSERT_EQ(unlink((path + ".other").c_str()), 0);
  ASSERT_EQ(chmod(path.c_str(), 0620), 0);
  EXPECT_FALSE(AuditLog::open(paths()));
}

TEST_F(AuditLogTest, TheChainIsFoundAgainBehindALineOfManyMegabytes) {
  for (const std::size_t size : {std::size_t{6} << 20, std::size_t{20} << 20}) {
    AuditLog log = open();
    log.append("outcome", R"({"text":")" + std::string(size, 'x') + "\"}");
    ASSERT_TRUE(log.flush(true));
  }
  write(1);
  EXPECT_EQ(faults(), std::vector<AuditFault>{});
  EXPECT_EQ(nlohmann::json::parse(lines().at(1))["detail"], "too long for a line");
}

// The files get no longer than they are, while it lives.
class FullDisk {
 public:
  explicit FullDisk(rlim_t size) {
    getrlimit(RLIMIT_FSIZE, &before_);
    signal(SIGXFSZ, SIG_IGN);
    const rlimit none{size, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &none);
  }
  ~FullDisk() { setrlimit(RLIMIT_FSIZE, &before_); }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_{};
};

TEST_F(AuditLogTest, AFailedWriteIsToldAndKeptForTheNext) {
  AuditLog log = open();
  log.append("effect", "{}");
  {
    const FullDisk full(0);
    EXPECT_FALSE(log.flush(true));
  }
  EXPECT_TRUE(log.flush(true));
  EXPECT_EQ(lines().size(), 1u);
}

TEST_F(AuditLogTest, LinesThatAreGivenUpAreSaidInTheChain) {
  for (const rlim_t room : {0U, 100U, 700U}) {  // the last line on disk in part, too
    std::filesystem::remove(paths().audit_file());
    std::filesystem::remove_all(paths().audit_key_folder());
    prepare();
    AuditLog log = open();
    log.append("effect", "{}");
    ASSERT_TRUE(log.flush(true));
    const auto size = std::filesystem::file_size(paths().audit_file());
    const std::string text = R"({"text":")" + std::string(100000, 'x') + "\"}";
    {
      const FullDisk full(size + room);
      for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 45; ++i) log.append("refused", text);
        EXPECT_FALSE(log.flush(false));
      }
    }
    log.append("effect", "{}");
    EXPECT_TRUE(log.flush(true));
    EXPECT_EQ(faults(), std::vector{AuditFault::given_up}) << room;
    EXPECT_LT(lines().size(), 6u);
  }
}

}  // namespace
}  // namespace mgr
