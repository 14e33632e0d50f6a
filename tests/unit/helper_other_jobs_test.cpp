// What becomes of a job while others are alive.
#include <gtest/gtest.h>

#include "helper/other_jobs.h"

namespace mgr {
namespace {

TEST(OtherJobs, AreNamedToWhoWouldBreakThemOff) {
  const auto one = check_others(OtherJobs::conflict, {7});
  ASSERT_FALSE(one);
  EXPECT_EQ(one.error().code, ErrorCode::conflict);
  EXPECT_EQ(
      one.error().detail,
      "this job is alive: 7; wait_for_jobs:yes waits until they have ended, force:yes does not");
  EXPECT_EQ(check_others(OtherJobs::conflict, {3, 7}).error().detail,
            "these jobs are alive: 3, 7; wait_for_jobs:yes waits until they have ended, "
            "force:yes does not");
  EXPECT_TRUE(check_others(OtherJobs::conflict, {}));
}

TEST(OtherJobs, AreNamedAsFarAsThereIsRoom) {
  std::set<std::uint64_t> alive;
  for (std::uint64_t id = 1; id <= 20; ++id) alive.insert(id);
  const std::string all = check_others(OtherJobs::conflict, alive).error().detail;
  EXPECT_NE(all.find("19, 20; wait"), std::string::npos) << all;
  for (std::uint64_t id = 21; id <= 5000; ++id) alive.insert(id);
  const std::string some = check_others(OtherJobs::conflict, alive).error().detail;
  EXPECT_NE(some.find("19, 20 and 4980 more; wait"), std::string::npos) << some;
  EXPECT_LT(some.size(), 300U);
}

TEST(OtherJobs, AreNoMatterToAPlanThatWaitsForThemOrGoesBeside) {
  EXPECT_TRUE(check_others(OtherJobs::waited_for, {1, 2}));
  EXPECT_TRUE(check_others(OtherJobs::beside, {1, 2}));
}

}  // namespace
}  // namespace mgr
