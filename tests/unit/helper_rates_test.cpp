// The buckets of rates, at times that the tests make up.
#include <gtest/gtest.h>

#include "helper/rates.h"

namespace mgr {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

Rule rule_of(std::uint32_t count, std::uint32_t seconds) {
  Rule rule;
  rule.allow = true;
  rule.rate = {count, seconds};
  static std::uint64_t last_identity = 0;
  rule.identity = ++last_identity;
  return rule;
}

// How many of `tries` get a token at that time.
CallerBucket user(uid_t uid) { return {uid}; }

unsigned taken(Rates& rates, const Rule& rule, const CallerBucket& caller, nanoseconds now,
               unsigned tries) {
  unsigned granted = 0;
  while (tries-- > 0) granted += rates.take(rule, caller, now) == 0ns ? 1U : 0U;
  return granted;
}

TEST(Rates, RuleWithoutARateIsNeverCounted) {
  Rates rates;
  EXPECT_EQ(taken(rates, rule_of(0, 0), user(33), 0s, 1000), 1000U);
  EXPECT_EQ(rates.size(), 0U);
}

TEST(Rates, GrantWhatTheRuleSaysAndRefillEvenly) {
  Rates rates;
  const Rule rule = rule_of(30, 60);
  EXPECT_EQ(taken(rates, rule, user(33), 100s, 50), 30U);
  EXPECT_EQ(rates.take(rule, user(33), 100s), 2s);
  EXPECT_EQ(rates.take(rule, user(33), 101s), 1s);
  EXPECT_EQ(taken(rates, rule, user(33), 102s, 50), 1U);
  EXPECT_EQ(taken(rates, rule, user(33), 122s, 50), 10U);
  EXPECT_EQ(taken(rates, rule, user(33), 1000s, 50), 30U) << "never more than the rate's number";
}

TEST(Rates, WaitingAsLongAsToldIsEnoughAndNoLongerThanNeeded) {
  for (const auto& [count, seconds] : {std::pair<std::uint32_t, std::uint32_t>{1, 1},
                                       {7, 60},
                                       {999999, 3600},
                                       {1000000, 1},
                                       {1, 86400}}) {
    Rates rates;
    const Rule rule = rule_of(count, seconds);
    nanoseconds now = 12345ms;
    ASSERT_EQ(taken(rates, rule, user(33), now, count), count);
    const nanoseconds wait = rates.take(rule, user(33), now);
    ASSERT_GT(wait, 0ns);
    EXPECT_GT(rates.take(rule, user(33), now + wait - 1ns), 0ns);
    EXPECT_EQ(rates.take(rule, user(33), now + wait), 0ns);
    EXPECT_GT(rates.take(rule, user(33), now + wait), 0ns);
  }
}

TEST(Rates, RefusedRequestsCostNothing) {
  Rates rates;
  const Rule rule = rule_of(5, 1);
  EXPECT_EQ(taken(rates, rule, user(33), 0s, 10000), 5U);
  EXPECT_EQ(taken(rates, rule, user(33), 1s, 10000), 5U);
}

TEST(Rates, CallersAndRulesDoNotShareABucket) {
  Rates rates;
  const Rule first = rule_of(5, 60), second = rule_of(5, 60);
  EXPECT_EQ(taken(rates, first, user(33), 0s, 10), 5U);
  EXPECT_EQ(taken(rates, first, user(34), 0s, 10), 5U);
  EXPECT_EQ(taken(rates, first, shared_bucket, 0s, 10), 5U);
  EXPECT_EQ(taken(rates, second, user(33), 0s, 10), 5U);
  EXPECT_EQ(taken(rates, first, user(33), 0s, 10), 0U);
}

TEST(Rates, FullBucketsAreDropped) {
  Rates rates;
  const Rule rule = rule_of(1, 1);
  for (uid_t second = 0; second < 100; ++second) {
    for (uid_t caller = 0; caller < 100; ++caller) {
      EXPECT_EQ(rates.take(rule, user(1000 * second + caller), std::chrono::seconds(second)), 0ns);
    }
  }
  EXPECT_LT(rates.size(), 600U) << "100 callers a second, each for a second";
  // Who has used up what it may is not forgotten with them.
  const Rule daily = rule_of(1, 86400);
  EXPECT_EQ(rates.take(daily, user(7), 200s), 0ns);
  for (uid_t caller = 0; caller < 1000; ++caller) {
    static_cast<void>(rates.take(rule, user(caller), 300s));
  }
  EXPECT_GT(rates.take(daily, user(7), 301s), 0ns);
}

TEST(Rates, GoOnForARuleOfTheSameIdentity) {
  Rates rates;
  const Rule rule = rule_of(5, 60), same = rule;
  EXPECT_EQ(taken(rates, rule, user(33), 0s, 3), 3U);
  EXPECT_EQ(taken(rates, same, user(33), 0s, 10), 2U);
}

TEST(Rates, TellWhenToTryAgain) {
  EXPECT_EQ(over_the_rate({30, 60}, 2s), "over the rate of 30/min; try again in 2 s");
  EXPECT_EQ(over_the_rate({5, 1}, 1ns), "over the rate of 5/s; try again in 1 s");
  EXPECT_EQ(over_the_rate({100, 3600}, 35001ms), "over the rate of 100/h; try again in 36 s");
  EXPECT_EQ(over_the_rate({1, 86400}, 24h), "over the rate of 1/d; try again in 86400 s");
}

}  // namespace
}  // namespace mgr
