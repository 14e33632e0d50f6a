// Which ended jobs are kept.
#include "helper/jobs/retention.h"

#include <gtest/gtest.h>

namespace mgr {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t records = 16 << 10;  // what a job takes beside its output

struct Ended {
  JobSpec spec;
  ExitRecord exit;
};

Ended job(std::uint64_t id, std::int64_t ended_us, std::uint64_t output_bytes = 0,
          std::uint64_t output_limit = 1 << 20) {
  Ended ended;
  ended.spec.id = id;
  ended.spec.run.output_limit = output_limit;
  ended.exit.ended_us = ended_us;
  ended.exit.output_bytes = output_bytes;
  return ended;
}

void add(Retention& retention, const Ended& ended) { retention.ended(ended.spec, ended.exit); }
std::uint64_t take(Retention& retention, const Ended& ended) {
  return retention.removed(ended.spec, ended.exit);
}

TEST(Retention, KeepsNothingOfNothing) {
  const Retention retention(Keep{1ms, 1, 1});
  EXPECT_EQ(retention.next_to_go(INT64_MAX), 0U);
  EXPECT_EQ(retention.next_due(), std::nullopt);
}

TEST(Retention, TheOldestEndGoesWhereThereAreTooMany) {
  Retention retention(Keep{24h, 2, UINT64_MAX});
  const Ended first = job(9, 100), second = job(1, 200), third = job(5, 300);
  add(retention, second);
  add(retention, third);
  EXPECT_EQ(retention.next_to_go(300), 0U);
  add(retention, first);
  EXPECT_EQ(retention.next_to_go(300), 9U) << "by its end, not by its number";
  EXPECT_EQ(take(retention, first), records);
  EXPECT_EQ(retention.next_to_go(300), 0U);
}

TEST(Retention, OfTwoThatEndedTogetherBothAreCounted) {
  Retention retention(Keep{24h, 1, UINT64_MAX});
  add(retention, job(2, 100));
  add(retention, job(1, 100));
  EXPECT_EQ(retention.next_to_go(100), 1U);
}

TEST(Retention, OneIsDueWhenItIsTooOld) {
  Retention retention(Keep{1s, 100, UINT64_MAX});
  add(retention, job(1, 5'000'000));
  add(retention, job(2, 7'000'000));
  EXPECT_EQ(retention.next_due(), 6'000'000);
  EXPECT_EQ(retention.next_to_go(5'999'999), 0U);
  EXPECT_EQ(retention.next_to_go(6'000'000), 1U);
  EXPECT_EQ(take(retention, job(1, 5'000'000)), records);
  EXPECT_EQ(retention.next_due(), 8'000'000);
  EXPECT_EQ(retention.next_to_go(6'000'000), 0U);
}

TEST(Retention, CountsTheOutputThatIsKept) {
  Retention retention(Keep{24h, 100, 3 * records + 1000});
  const Ended first = job(1, 1, 900), second = job(2, 2, 1 << 30, 100), third = job(3, 3, 1);
  add(retention, first);
  add(retention, second);
  EXPECT_EQ(retention.next_to_go(9), 0U);
  add(retention, third);
  EXPECT_EQ(retention.next_to_go(9), 1U) << "1001 bytes of output are kept";
  EXPECT_EQ(take(retention, first), records + 900);
  EXPECT_EQ(retention.next_to_go(9), 0U);
  EXPECT_EQ(take(retention, second), records + 100) << "no more than its limit";
}

TEST(Retention, CountsEachOnce) {
  Retention retention(Keep{24h, 1, UINT64_MAX});
  const Ended one = job(1, 1);
  add(retention, one);
  add(retention, one);
  EXPECT_EQ(retention.next_to_go(1), 0U);
  EXPECT_EQ(take(retention, one), records);
  EXPECT_EQ(take(retention, one), 0U);
  EXPECT_EQ(retention.next_to_go(INT64_MAX), 0U);
}

}  // namespace
}  // namespace mgr
