// mgr stats, as JSON.
#include <gtest/gtest.h>

#include "helper/stats.h"
#include "protocol/root_language.h"

namespace mgr {
namespace {

TEST(Stats, TellTheHelpersNumbersAndTheBrokersWordBesideThem) {
  HelperNumbers helper;
  helper.counted.answers = 7;
  helper.counted.refused.at(static_cast<std::size_t>(ErrorCode::denied)) = 3;
  helper.reloads = 2;
  helper.nonces = 9;
  std::vector<std::uint64_t> broker(broker_counters.size());
  broker.front() = 40;
  const std::string text = stats_object(helper, broker);
  EXPECT_TRUE(text.starts_with(R"({"helper":{"answers":7,)")) << text;
  EXPECT_NE(text.find(R"("requests_refused":{"denied":3})"), std::string::npos) << text;
  EXPECT_NE(
      text.find(R"("reloads":2,"connections_open":0,"nonces":9},"broker":{"connections":40,)"),
      std::string::npos)
      << text;
  EXPECT_TRUE(text.ends_with(R"("bytes_out":0}})")) << text;
}

TEST(Stats, HaveNothingOfABrokerThatHasToldNothing) {
  EXPECT_EQ(stats_object({}, {}).find("broker"), std::string::npos);
  EXPECT_TRUE(stats_object({}, {}).ends_with("}}"));
}

}  // namespace
}  // namespace mgr
