// Which nonces count, with a clock that the test turns as it likes.
#include "helper/nonce_table.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <tuple>

namespace mgr {
namespace {

constexpr ErrorCode no_error{};

// A machine that has been up for long, so that boot time alone tells nothing.
Clocks at(std::int64_t real_s) { return {real_s, 100000 + real_s}; }

Nonce nonce(std::uint64_t number) { return {number, ~number}; }

// As the journal does it: decided, then kept.
ErrorCode take(NonceTable& table, std::string_view key, std::uint64_t number, std::int64_t time,
               const Clocks& now) {
  const auto checked = table.check(key, nonce(number), time, now);
  if (!checked) return checked.error().code;
  table.add({std::string(key), nonce(number), time, now.real_s});
  return no_error;
}

std::string why(const NonceTable& table, std::int64_t time, const Clocks& now) {
  const auto checked = table.check("k", nonce(999999), time, now);
  return checked ? "" : checked.error().detail;
}

TEST(NonceTable, CountsANonceOnceForEachKey) {
  NonceTable table;
  EXPECT_EQ(take(table, "alice", 1, 1000, at(1000)), no_error);
  EXPECT_EQ(take(table, "alice", 1, 1000, at(1000)), ErrorCode::stale);
  EXPECT_EQ(take(table, "alice", 1, 1001, at(1001)), ErrorCode::stale) << "signed anew";
  EXPECT_EQ(take(table, "bob", 1, 1000, at(1000)), no_error);
  EXPECT_EQ(take(table, "alice", 2, 1000, at(1000)), no_error);
  const auto used = table.check("alice", nonce(2), 1000, at(1000));
  ASSERT_FALSE(used);
  EXPECT_EQ(used.error().detail, "its nonce is used");
}

TEST(NonceTable, ForgetsWhatIsStaleByTheHighestClockAndNothingElse) {
  NonceTable table;
  ASSERT_EQ(take(table, "k", 1, 1000, at(1000)), no_error);
  ASSERT_EQ(take(table, "k", 2, 1030, at(1030)), no_error);
  EXPECT_EQ(table.size(), 2U);
  EXPECT_EQ(take(table, "k", 1, 1000, at(1030)), ErrorCode::stale);
  ASSERT_EQ(take(table, "k", 3, 1031, at(1031)), no_error);
  EXPECT_EQ(table.size(), 2U);
  EXPECT_EQ(why(table, 1000, at(1001)), "it is older than the last ones by over 30 s");
  EXPECT_EQ(why(table, 1001, at(1001)), "");
}

TEST(NonceTable, SaysThatTheClockWentBackAndWhoCanHelp) {
  NonceTable table;
  ASSERT_EQ(take(table, "k", 1, 5000, at(5000)), no_error);
  for (const std::int64_t now : {4970, 4980, 5000, 90000}) EXPECT_EQ(why(table, now, at(now)), "");
  for (const std::int64_t now : {0, 1000, 4969}) {
    EXPECT_NE(why(table, now, at(now)).find("mgr-helper --accept-clock"), std::string::npos) << now;
    EXPECT_NE(why(table, now + 30, at(now)), "");
  }
}

TEST(NonceTable, TakesNothingOfBeforeAStartWithoutRecords) {
  NonceHead head;
  NonceTable::distrust(head, at(2000));
  NonceTable table(head);
  EXPECT_EQ(why(table, 2000, at(2000)),
            "after a start without a whole record of nonces: sign it anew in 31 s");
  EXPECT_EQ(why(table, 2030, at(2029)),
            "after a start without a whole record of nonces: sign it anew in 2 s");
  EXPECT_EQ(why(table, 2030, at(2045)),
            "after a start without a whole record of nonces: sign it anew in 1 s");
  EXPECT_EQ(why(table, 2031, at(2001)), "");
  EXPECT_EQ(why(table, 2031, at(2031)), "");
}

// What was lost had been accepted until just before the start, by the right time.
TEST(NonceTable, TakesNothingOfBeforeAStartWhoseClockWasSetRightLater) {
  NonceHead head;
  NonceTable::distrust(head, {40, 5});  // 1970, no battery
  NonceTable table(head);
  constexpr std::int64_t right = 1'800'000'000;
  const Clocks later{right, 15};
  EXPECT_NE(why(table, right - 10, later), "");
  EXPECT_NE(why(table, right, later), "");
  EXPECT_NE(why(table, right + 20, later), "");
  EXPECT_EQ(why(table, right + 21, later), "");
  EXPECT_NE(why(table, right + 20, {right + 40, 55}), "") << "nor a minute later";
  EXPECT_EQ(why(table, right + 60, {right + 60, 75}), "");
}

TEST(NonceTable, TellsOfAClockThatWasAheadAtTheStart) {
  NonceHead head;
  NonceTable::distrust(head, at(900000));
  const NonceTable table(head);
  EXPECT_NE(why(table, 5000, {5000, 100000 + 900010}).find("--accept-clock"), std::string::npos);
}

TEST(NonceTable, IsFullForAKeyAndLosesNothing) {
  NonceTable table;
  for (std::uint64_t i = 0; i < NonceTable::most_of_key; ++i) {
    ASSERT_EQ(take(table, "k", i, 1000, at(1000)), no_error);
  }
  EXPECT_EQ(take(table, "k", 1 << 20, 1000, at(1000)), ErrorCode::busy);
  EXPECT_EQ(take(table, "other", 1, 1000, at(1000)), no_error);
  EXPECT_EQ(take(table, "k", 0, 1000, at(1000)), ErrorCode::stale) << "kept";
  EXPECT_FALSE(table.advance(at(1030)));
  EXPECT_EQ(take(table, "k", 1 << 20, 1030, at(1030)), ErrorCode::busy);
  EXPECT_TRUE(table.advance(at(1031)));
  EXPECT_EQ(take(table, "k", 1 << 20, 1031, at(1031)), no_error);
  EXPECT_EQ(take(table, "k", 0, 1000, at(1030)), ErrorCode::stale)
      << "by the clock that dropped it";
}

TEST(NonceTable, IsFullForAll) {
  NonceTable table;
  std::uint64_t number = 0;
  for (unsigned key = 0; table.size() < NonceTable::most; ++key) {
    const std::string name = "key" + std::to_string(key);
    for (std::uint64_t i = 0; i < NonceTable::most_of_key && table.size() < NonceTable::most; ++i) {
      table.add({name, nonce(++number), 1000, 1000});
    }
  }
  EXPECT_EQ(take(table, "latecomer", 1, 1000, at(1000)), ErrorCode::busy);
  EXPECT_EQ(take(table, "key0", 1, 1000, at(1000)), ErrorCode::stale);
}

TEST(NonceTable, HoldsWhateverTheClockDoes) {
  std::mt19937_64 random(7);
  const auto below = [&](std::int64_t limit) {
    return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(limit));
  };
  NonceTable table;
  std::int64_t real = 100000;
  std::vector<std::pair<std::uint64_t, std::int64_t>> accepted;
  std::set<std::uint64_t> used;
  for (std::uint64_t step = 0; step < 50000; ++step) {
    if (below(20) == 0) real += below(10) == 0 ? below(400) - 200 : below(9);
    std::uint64_t number = step;
    std::int64_t time = real + below(61) - 30;
    if (!accepted.empty() && below(2) == 0) {
      const std::size_t back = static_cast<std::size_t>(below(3000)) % accepted.size();
      std::tie(number, time) = accepted[accepted.size() - 1 - back];
    }
    if (time < real - 30 || time > real + 30) continue;  // not fresh, so never asked
    if (take(table, "k", number, time, at(real)) != no_error) continue;
    ASSERT_TRUE(used.insert(number).second) << "replayed in step " << step;
    accepted.emplace_back(number, time);
  }
  EXPECT_GT(accepted.size(), 1000U);
}

}  // namespace
}  // namespace mgr
