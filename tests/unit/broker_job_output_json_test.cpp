// What a job printed, as clients get it.
#include "broker/job_output_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace mgr::broker {
namespace {

using Json = nlohmann::json;

std::deque<PrintedRecord> records(std::initializer_list<PrintedRecord> list) { return list; }

TEST(JobOutputJson, GoesToClientsAsTextWhereItIsText) {
  auto batch =
      records({{true, 12, 12, 1769860800000001, OutputStream::output, "Gr\u00F6\u00DFe\n\x1B"},
               {false, 0, 20, 0, OutputStream::error, "\xFF\xFE"},
               {false, 0, 22, INT64_MIN, OutputStream::progress, "\xED\xA0\x80"},
               {false, 0, 25, INT64_MAX, OutputStream::output, std::string(1, '\0')}});
  const Json data = Json::parse(take_output_data(batch));
  EXPECT_TRUE(batch.empty());
  EXPECT_EQ(data["restarted"], true);
  EXPECT_EQ(data["skipped"], 12);
  const Json& output = data["records"];
  ASSERT_EQ(output.size(), 4U);
  EXPECT_EQ(output[0], (Json{{"time", "2026-01-31T12:00:00.000001Z"},
                             {"stream", "stdout"},
                             {"position", 12},
                             {"text", "Gr\u00F6\u00DFe\n\x1B"}}));
  EXPECT_EQ(output[1], (Json{{"time", "1970-01-01T00:00:00.000000Z"},
                             {"stream", "stderr"},
                             {"position", 20},
                             {"base64", "//4="}}));
  EXPECT_EQ(output[2]["stream"], "progress");
  EXPECT_EQ(output[2]["base64"], "7aCA") << "a surrogate is no text";
  EXPECT_EQ(output[3]["time"], "9999-12-31T23:59:59.999999Z");
  EXPECT_EQ(output[3]["text"], std::string(1, '\0'));
}

TEST(JobOutputJson, AGapOrAnAttemptBeginsALine) {
  auto batch = records({{false, 0, 0, 1, OutputStream::output, "a"},
                        {false, 0, 1, 1, OutputStream::output, "b"},
                        {false, 7, 9, 1, OutputStream::output, "c"},
                        {true, 0, 0, 1, OutputStream::output, "d"}});
  const Json first = Json::parse(take_output_data(batch));
  EXPECT_EQ(first["records"].size(), 2U);
  EXPECT_EQ(first["skipped"], 0);
  EXPECT_FALSE(first.contains("restarted"));
  const Json second = Json::parse(take_output_data(batch));
  EXPECT_EQ(second["skipped"], 7);
  EXPECT_EQ(second["records"][0]["text"], "c");
  const Json third = Json::parse(take_output_data(batch));
  EXPECT_EQ(third["restarted"], true);
  EXPECT_EQ(third["records"].size(), 1U);
  EXPECT_TRUE(batch.empty());
}

TEST(JobOutputJson, NoLineIsLongerThanAReplyMayBe) {
  std::deque<PrintedRecord> batch;
  for (int i = 0; i < 8; ++i) {
    batch.push_back({false, 0, 0, 1, OutputStream::output, std::string(max_output_bytes, '\x01')});
  }
  for (int i = 0; i < 20000; ++i) {
    batch.push_back({false, 0, UINT64_MAX, 1, OutputStream::progress, "\x01"});
  }
  while (!batch.empty()) EXPECT_LT(take_output_data(batch).size(), (1U << 20) - 100);
}

}  // namespace
}  // namespace mgr::broker
