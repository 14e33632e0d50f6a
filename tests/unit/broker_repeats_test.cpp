// Copies of signed requests, by the nonces of their keys.
#include <gtest/gtest.h>

#include <string>

#include "broker/repeats.h"

namespace mgr::broker {
namespace {

TEST(RepeatsTest, ANonceIsItsKeysAlone) {
  Repeats repeats;
  repeats.add("alice", "1");
  EXPECT_TRUE(repeats.contains("alice", "1"));
  EXPECT_FALSE(repeats.contains("alice", "2"));
  EXPECT_FALSE(repeats.contains("bob", "1"));
}

TEST(RepeatsTest, AreKeptUntilTheyAreStaleAndNotForEver) {
  Repeats repeats;
  repeats.set_time(1'000'000);
  repeats.add("alice", "1");
  repeats.set_time(1'000'000 + Repeats::kept_ms - 1);
  repeats.add("alice", "2");
  repeats.set_time(1'000'000 + Repeats::kept_ms);
  EXPECT_TRUE(repeats.contains("alice", "1"));
  repeats.set_time(1'000'000 + 2 * Repeats::kept_ms - 1);
  EXPECT_TRUE(repeats.contains("alice", "2"));
  repeats.set_time(1'000'000 + 2 * Repeats::kept_ms);
  EXPECT_EQ(repeats.size(), 0u);
  repeats.add("alice", "3");
  repeats.set_time(1'000'000 + 9 * Repeats::kept_ms);
  EXPECT_EQ(repeats.size(), 0u) << "long after the last";
}

TEST(RepeatsTest, NoKeyTakesTheRoomOfAllAndAllHaveALimit) {
  Repeats repeats;
  for (const char* key : {"a", "b", "c"}) {
    for (std::size_t i = 0; i <= Repeats::most_of_key; ++i) repeats.add(key, std::to_string(i));
  }
  EXPECT_EQ(repeats.size(), Repeats::most);
  EXPECT_TRUE(repeats.contains("b", "0"));
  EXPECT_FALSE(repeats.contains("a", std::to_string(Repeats::most_of_key)));
  EXPECT_FALSE(repeats.contains("c", "0"));
}

}  // namespace
}  // namespace mgr::broker
