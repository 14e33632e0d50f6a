// Which jobs a repeated request gets.
#include <gtest/gtest.h>

#include <random>

#include "helper/jobs/request_index.h"

namespace mgr {
namespace {

constexpr std::int64_t day = 86'400'000'000;
using Ids = std::set<std::uint64_t>;

JobSpec job(std::uint64_t id, std::int64_t accepted_us, std::uint32_t uid = 33,
            const char* on_behalf_of = "", const char* request_id = "r") {
  JobSpec spec;
  spec.id = id;
  spec.accepted_us = accepted_us;
  spec.asker.uid = uid;
  spec.asker.pid = static_cast<std::uint32_t>(id);  // of no account
  spec.asker.on_behalf_of = on_behalf_of;
  spec.request.id = request_id;
  return spec;
}

Ids found(const RequestIndex& index, std::int64_t now, std::uint32_t uid = 33,
          const char* on_behalf_of = "", const char* request_id = "r") {
  return index.jobs_of({uid, 0, 0, on_behalf_of}, request_id, now);
}

TEST(RequestIndex, FindsAllJobsOfARequest) {
  RequestIndex index;
  EXPECT_EQ(found(index, 5), Ids());
  index.add(job(8, 5));
  index.add(job(7, 5));
  EXPECT_EQ(found(index, 5), (Ids{7, 8}));
  index.remove(job(7, 5));
  EXPECT_EQ(found(index, 5), Ids{8});
  index.remove(job(8, 5));
  EXPECT_EQ(found(index, 5), Ids());
}

TEST(RequestIndex, IsOfOneUserAndOnePersonAlone) {
  RequestIndex index;
  index.add(job(1, 5, 33, "ann"));
  index.add(job(2, 5, 34, "ann"));
  index.add(job(3, 5, 33, "bob"));
  index.add(job(4, 5, 33, ""));
  index.add(job(5, 5, 33, "ann", "s"));
  EXPECT_EQ(found(index, 5, 33, "ann"), Ids{1});
  EXPECT_EQ(found(index, 5, 34, "ann"), Ids{2});
  EXPECT_EQ(found(index, 5, 33, "bob"), Ids{3});
  EXPECT_EQ(found(index, 5), Ids{4});
  EXPECT_EQ(found(index, 5, 33, "ann", "s"), Ids{5});
  EXPECT_EQ(found(index, 5, 34, "bob"), Ids());
}

TEST(RequestIndex, AJobWithoutARequestIdIsNobodys) {
  RequestIndex index;
  index.add(job(1, 5, 33, "", ""));
  EXPECT_EQ(found(index, 5, 33, "", ""), Ids());
}

TEST(RequestIndex, ForgetsAfterADayAndNotWhereTheClockWasSetBack) {
  RequestIndex index;
  index.add(job(1, 10 * day));
  EXPECT_EQ(found(index, 11 * day), Ids{1});
  EXPECT_EQ(found(index, 11 * day + 1), Ids());
  EXPECT_EQ(found(index, day), Ids{1});
}

TEST(RequestIndex, ALaterRequestTakesTheIdOver) {
  RequestIndex index;
  index.add(job(1, 10 * day));
  index.add(job(2, 11 * day + 5));
  index.add(job(3, 11 * day + 5));
  EXPECT_EQ(found(index, 11 * day + 6), (Ids{2, 3}));
  EXPECT_EQ(found(index, 10 * day), (Ids{2, 3})) << "also where the clock was set back";
}

// In whatever order jobs come and go, as a helper that finds them again would.
TEST(RequestIndex, IsTheSameHoweverItCameAbout) {
  std::mt19937 chance(7);
  RequestIndex index;
  std::vector<JobSpec> kept;
  for (std::uint64_t id = 1; id < 3000; ++id) {
    kept.push_back(job(id, static_cast<std::int64_t>(chance() % 5),
                       static_cast<std::uint32_t>(chance() % 3), chance() % 2 ? "a" : "b",
                       chance() % 2 ? "r" : "s"));
    index.add(kept.back());
    if (chance() % 3 > 0) {
      std::swap(kept[chance() % kept.size()], kept.back());
      index.remove(kept.back());
      kept.pop_back();
    }
  }
  RequestIndex again;
  for (const JobSpec& spec : kept) again.add(spec);
  for (std::uint32_t uid = 0; uid < 3; ++uid) {
    for (const char* person : {"a", "b"}) {
      for (const char* id : {"r", "s"}) {
        EXPECT_EQ(found(index, 5, uid, person, id), found(again, 5, uid, person, id));
      }
    }
  }
}

}  // namespace
}  // namespace mgr
