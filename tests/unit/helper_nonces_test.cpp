// The journal of nonces on disk: over the helper's death, restarts, boots, damage.
#include "helper/nonces.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <fstream>
#include <iterator>

#include "helper_scratch.h"

namespace mgr {
namespace {

constexpr ErrorCode no_error{};

const std::string boot_a(boot_id_length, 'a'), boot_b(boot_id_length, 'b');

Clocks at(std::int64_t real_s) { return {real_s, real_s}; }

std::string nonce(unsigned number) {
  std::string hex = std::to_string(number);
  return std::string(32 - hex.size(), '0') + hex;
}

class NoncesTest : public testing::Test {
 protected:
  [[nodiscard]] std::string path() const { return root_.paths().nonces_file(); }
  void put(const std::string& bytes) const { std::ofstream(path(), std::ios::binary) << bytes; }
  [[nodiscard]] std::string bytes() const {
    std::ifstream file(path(), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  [[nodiscard]] Nonces open(const std::string& boot, std::int64_t now,
                            bool accept_clock = false) const {
    return Nonces::open(root_.paths(), boot, at(now), accept_clock).value();
  }
  static ErrorCode record(Nonces& nonces, unsigned number, std::int64_t now,
                          const std::string& key = "alice") {
    const auto recorded = nonces.record(key, nonce(number), now, at(now));
    return recorded ? no_error : recorded.error().code;
  }
  // Whether what was lost cannot come again, and everything later can.
  static void expect_waits(Nonces& nonces, std::int64_t start) {
    EXPECT_EQ(record(nonces, 100, start + 30), ErrorCode::stale);
    EXPECT_EQ(record(nonces, 101, start + 31), no_error);
  }
  ScratchRoot root_;
};

TEST_F(NoncesTest, AreThereAfterTheHelpersDeath) {
  put(empty_nonce_file());
  {
    Nonces nonces = open(boot_a, 1000);
    ASSERT_EQ(record(nonces, 1, 1000), no_error);
    ASSERT_EQ(record(nonces, 1, 1000), ErrorCode::stale);
  }  // not closed
  Nonces nonces = open(boot_a, 1001);
  EXPECT_EQ(record(nonces, 1, 1001), ErrorCode::stale);
  EXPECT_EQ(record(nonces, 2, 1001), no_error);
}

TEST_F(NoncesTest, AreThereAfterAnOrderlyReboot) {
  put(empty_nonce_file());
  {
    Nonces nonces = open(boot_a, 1000);
    ASSERT_EQ(record(nonces, 1, 1000), no_error);
    ASSERT_TRUE(nonces.close(at(1000)));
  }
  Nonces nonces = open(boot_b, 1010);
  EXPECT_EQ(record(nonces, 1, 1010), ErrorCode::stale);
  EXPECT_EQ(record(nonces, 2, 1010), no_error);
}

TEST_F(NoncesTest, AreNotBelievedToBeAllAfterAnotherReboot) {
  put(empty_nonce_file());
  {
    Nonces nonces = open(boot_a, 1000);
    ASSERT_EQ(record(nonces, 1, 1000), no_error);
  }
  {
    Nonces nonces = open(boot_b, 1010);
    expect_waits(nonces, 1010);
  }
  Nonces nonces = open(boot_b, 1041);
  EXPECT_EQ(record(nonces, 101, 1041), ErrorCode::stale);
  EXPECT_EQ(record(nonces, 102, 1041), no_error);
}

TEST_F(NoncesTest, AreInUseOnDiskFromTheStartOn) {
  put(empty_nonce_file());
  { const Nonces nonces = open(boot_a, 1000); }  // though nothing was recorded
  Nonces nonces = open(boot_b, 1010);
  expect_waits(nonces, 1010);
}

TEST_F(NoncesTest, WaitOnWhereTheyWereClosedBeforeTheWaitWasOver) {
  {
    Nonces nonces = open(boot_a, 1000);  // no file
    ASSERT_TRUE(nonces.close(at(1005)));
  }
  Nonces nonces = open(boot_b, 1010);
  expect_waits(nonces, 1000);
}

// The clock is right only after the start, and the wait is told to the next boot as it is by then.
TEST_F(NoncesTest, TellTheNextBootOfAWaitByTheClockThatWasSetRight) {
  {
    Nonces nonces = Nonces::open(root_.paths(), boot_a, {40, 5}).value();
    ASSERT_TRUE(nonces.close({100000, 15}));
  }
  Nonces nonces = Nonces::open(root_.paths(), boot_b, {100010, 3}).value();
  expect_waits(nonces, 99990);
}

TEST_F(NoncesTest, WaitWhereTheFileIsMissingOrAnothers) {
  for (const std::string& text :
       {std::string(), std::string("{}"), std::string(100000, '\0'), std::string(64, '\xff')}) {
    put(text);
    Nonces nonces = open(boot_a, 1000);
    expect_waits(nonces, 1000);
  }
  std::filesystem::remove(path());
  Nonces nonces = open(boot_a, 1000);
  expect_waits(nonces, 1000);
  struct stat status {};
  ASSERT_EQ(stat(path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode, S_IFREG | 0600U);
}

TEST_F(NoncesTest, AreNotReadFromWhatIsNoFile) {
  std::filesystem::create_symlink("/dev/null", path());
  auto opened = Nonces::open(root_.paths(), boot_a, at(1000));
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().detail.find(path()), std::string::npos);
  std::filesystem::remove(path());
  ASSERT_EQ(mkfifo(path().c_str(), 0600), 0);
  EXPECT_FALSE(Nonces::open(root_.paths(), boot_a, at(1000)));
  EXPECT_FALSE(Nonces::open(Paths("/nowhere"), boot_a, at(1000)));
}

// Of the same boot, so that nothing else makes them wait.
TEST_F(NoncesTest, WaitAfterATornEnd) {
  put(empty_nonce_file());
  {
    Nonces nonces = open(boot_a, 1000);
    for (unsigned i = 1; i <= 3; ++i) ASSERT_EQ(record(nonces, i, 1000), no_error);
  }
  const std::string whole = bytes();
  const std::size_t head = empty_nonce_file().size(), record_size = (whole.size() - head) / 3;
  for (std::size_t length = 0; length < whole.size(); ++length) {
    put(whole.substr(0, length));
    Nonces nonces = open(boot_a, 1010);
    if (length >= head && (length - head) % record_size == 0) continue;  // nobody could tell
    EXPECT_EQ(nonces.table().size(), length < head ? 0 : (length - head) / record_size);
    expect_waits(nonces, 1010);
  }
}

TEST_F(NoncesTest, WaitAfterAnyDamage) {
  put(empty_nonce_file());
  {
    Nonces nonces = open(boot_a, 1000);
    for (unsigned i = 1; i <= 3; ++i) ASSERT_EQ(record(nonces, i, 1000), no_error);
  }
  const std::string whole = bytes();
  for (std::size_t byte = 0; byte < whole.size(); ++byte) {
    std::string damaged = whole;
    damaged[byte] = static_cast<char>(damaged[byte] ^ (1 << byte % 8));
    put(damaged);
    Nonces nonces = open(boot_a, 1010);
    ASSERT_EQ(nonces.table().floor_at(at(1010)), 1040) << byte;
  }
}

TEST_F(NoncesTest, AreAsBeforeWhereOneCannotBeWritten) {
  put(empty_nonce_file());
  Nonces nonces = open(boot_a, 1000);
  ASSERT_EQ(record(nonces, 1, 1000), no_error);
  const std::size_t size = bytes().size();
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto old = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{size + 10, before.rlim_max};  // so that a part of it is written
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  EXPECT_EQ(record(nonces, 2, 1000), ErrorCode::failed);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, old);
  EXPECT_EQ(bytes().size(), size);
  EXPECT_EQ(record(nonces, 2, 1000), no_error) << "it was not carried out";
  Nonces again = open(boot_a, 1001);
  EXPECT_EQ(again.table().size(), 2U);
  EXPECT_EQ(record(again, 3, 1001), no_error);
}

TEST_F(NoncesTest, AHundredThousandAreFoundAgain) {
  put(empty_nonce_file());
  constexpr unsigned each = 50000;
  {
    Nonces nonces = open(boot_a, 1000);
    for (unsigned i = 0; i < each; ++i) {
      ASSERT_EQ(record(nonces, i, 1000 + i % 30, "alice"), no_error);
      ASSERT_EQ(record(nonces, i, 1000 + i % 30, "bob"), no_error);
    }
  }
  Nonces nonces = open(boot_a, 1030);
  EXPECT_EQ(nonces.table().size(), 2 * each);
  for (unsigned i = 0; i < each; i += 997) EXPECT_EQ(record(nonces, i, 1030), ErrorCode::stale);
  EXPECT_EQ(record(nonces, each, 1030), no_error);
}

TEST_F(NoncesTest, TakeNoMoreSpaceThanTheyNeed) {
  put(empty_nonce_file());
  Nonces nonces = open(boot_a, 1000);
  unsigned number = 0;
  for (std::int64_t now = 1000; now < 1900; ++now) {
    for (int i = 0; i < 10; ++i) ASSERT_EQ(record(nonces, ++number, now), no_error);
    ASSERT_LT(std::filesystem::file_size(path()), 400000U);
  }
  Nonces again = open(boot_a, 1899);
  EXPECT_EQ(again.table().size(), nonces.table().size());
  for (unsigned i = number - 309; i <= number; ++i) {
    ASSERT_EQ(record(again, i, 1899), ErrorCode::stale) << i;
  }
}

TEST_F(NoncesTest, OfAFullKeyMakeRoomWhenTheirTimeHasPassed) {
  put(empty_nonce_file());
  {
    Nonces nonces = open(boot_a, 1000);
    for (unsigned i = 0; i < NonceTable::most_of_key; ++i) {
      ASSERT_EQ(record(nonces, i, 1000), no_error);
    }
    EXPECT_EQ(record(nonces, 1 << 20, 1030), ErrorCode::busy);
    EXPECT_EQ(record(nonces, 1 << 20, 1031), no_error);
  }
  Nonces nonces = open(boot_a, 1000);
  EXPECT_EQ(record(nonces, 5, 1000), ErrorCode::stale) << "nor does a clock set back revive it";
}

TEST_F(NoncesTest, OfAClockThatWasAheadAreKeptWhereRootAcceptsIt) {
  put(empty_nonce_file());
  {
    Nonces nonces = open(boot_a, 900000);
    ASSERT_EQ(record(nonces, 1, 900000), no_error);
  }
  {
    Nonces nonces = open(boot_a, 1000);
    EXPECT_EQ(record(nonces, 2, 1000), ErrorCode::stale);
    EXPECT_EQ(record(nonces, 2, 1031), ErrorCode::stale);
    ASSERT_TRUE(nonces.close(at(1000)));
  }
  {
    Nonces nonces = open(boot_a, 1000, /*accept_clock=*/true);
    ASSERT_TRUE(nonces.close(at(1000)));
  }
  for (const std::string& boot : {boot_a, boot_b}) {
    Nonces nonces = open(boot, 1001);
    EXPECT_EQ(nonces.table().size(), 1U);
    EXPECT_EQ(record(nonces, 2, 1030), ErrorCode::stale);
    EXPECT_EQ(record(nonces, 1, 1031), ErrorCode::stale) << "it is used";
    ASSERT_TRUE(nonces.close(at(1001)));
  }
  Nonces nonces = open(boot_b, 1031);
  EXPECT_EQ(record(nonces, 2, 1031), no_error);
}

}  // namespace
}  // namespace mgr
