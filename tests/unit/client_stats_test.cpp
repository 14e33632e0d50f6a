// mgrctl stats: numbers for people and for Prometheus, and nothing else that a broker could put in.
#include <gtest/gtest.h>

#include "client/stats.h"

namespace mgr::client {
namespace {

JsonValue data(std::string_view text) { return parse_json(text).value(); }

TEST(ClientStats, StandInThePrometheusFormat) {
  EXPECT_EQ(
      prometheus_text(data(R"({"helper":{"reloads":2,"requests_refused":{"denied":3,"busy":1}},
                                     "broker":{"connections_open":4}})")),
      "# HELP mgr_helper_reloads_total Configurations that were put into force by a reload\n"
      "# TYPE mgr_helper_reloads_total counter\n"
      "mgr_helper_reloads_total 2\n"
      "# HELP mgr_broker_connections_open Connections that are open\n"
      "# TYPE mgr_broker_connections_open gauge\n"
      "mgr_broker_connections_open 4\n"
      "# HELP mgr_helper_requests_refused_total Requests that the helper refused, by error\n"
      "# TYPE mgr_helper_requests_refused_total counter\n"
      "mgr_helper_requests_refused_total{error=\"denied\"} 3\n"
      "mgr_helper_requests_refused_total{error=\"busy\"} 1\n");
}

TEST(ClientStats, PassOverWhatIsNoKnownNumber) {
  for (const char* text :
       {R"({})", R"([])", R"({"helper":1,"broker":[]})", R"({"evil":{"requests":1}})",
        R"({"broker":{"requests":"1\nevil 2","replies":-1,"bytes_in":1.5,"x\ny":1}})",
        R"({"helper":{"requests_refused":{"evil\"} 1\nx":1,"denied":"1"}}})"}) {
    EXPECT_EQ(prometheus_text(data(text)), "") << text;
    EXPECT_EQ(stats_table(data(text)), "") << text;
  }
}

TEST(ClientStats, AreATableForPeople) {
  const std::string table =
      stats_table(data(R"({"helper":{"requests_signed":5,"requests_refused":{"denied":3}}})"));
  EXPECT_NE(table.find("requests_signed"), std::string::npos);
  EXPECT_NE(table.find("refused denied"), std::string::npos);
}

}  // namespace
}  // namespace mgr::client
