// The answer that is what a job printed: what fits, what is cut, and what is JSON.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "broker/job_result.h"
#include "broker/json_output.h"
#include "protocol/reply.h"

namespace mgr::broker {
namespace {

using Json = nlohmann::json;

const std::string success = success_line("say", R"({"job":7,"exit":0})");
const std::string failure =
    failure_line({ErrorCode::failed, R"(exit ,"data":{ status 3)"}, 5, R"({"job":7,"exit":3})");

std::string line_of(const PrintedResult& printed, bool json = false,
                    const std::string& line = success) {
  return result_line({json, 0, line}, printed);
}
Json reply_of(const PrintedResult& printed, bool json = false, const std::string& line = success) {
  const std::string reply = line_of(printed, json, line);
  EXPECT_LE(reply.size(), max_reply_length);
  EXPECT_EQ(reply.find('\n'), reply.size() - 1);
  return Json::parse(reply);
}

TEST(JobResult, PutsWhatWasPrintedIntoTheData) {
  EXPECT_EQ(
      line_of({"one\n", "", 0}),
      R"({"success":true,"msg":"say ok","data":{"job":7,"exit":0,"stdout":"one\u000a","stderr":""}})"
      "\n");
  const Json reply = reply_of({"o", "e", 9}, false, failure);
  EXPECT_EQ(reply["data"],
            (Json{{"job", 7}, {"exit", 3}, {"stdout", "o"}, {"stderr", "e"}, {"left_out", 9}}));
  EXPECT_EQ(reply["audit"], 5);
}

TEST(JobResult, WritesWhatIsNoTextInBase64) {
  const Json data = reply_of({"\xFF\xFE", std::string("caf\xC3\xA9\0", 6), 0})["data"];
  EXPECT_EQ(data["stdout_base64"], "//4=");
  EXPECT_EQ(data["stderr"], std::string("caf\xC3\xA9\0", 6));
  EXPECT_FALSE(data.contains("stdout"));
}

TEST(JobResult, CutsWhatDoesNotFitHoweverItIsEscaped) {
  constexpr std::size_t length = 1 << 18;
  for (const std::string piece : {"\"", "\n", "\xF0\x9F\x98\x80", "\xFF"}) {
    std::string text;
    while (text.size() + piece.size() <= length) text += piece;
    for (const PrintedResult& printed :
         {PrintedResult{text, "", 0}, PrintedResult{"", text, 0}, PrintedResult{text, text, 0},
          PrintedResult{"a", text, 0}}) {
      const Json data = reply_of(printed)["data"];
      std::size_t shown = 0;
      for (const char* name : {"stdout", "stderr"}) {
        if (data.contains(name)) shown += data[name].get<std::string>().size();
        const std::string encoded = data.value(std::string(name) + "_base64", "");
        shown +=
            encoded.size() / 4 * 3 - static_cast<std::size_t>(std::ranges::count(encoded, '='));
      }
      EXPECT_EQ(shown + data.value("left_out", 0U), printed.output.size() + printed.error.size());
      EXPECT_GT(shown, std::size_t{80000});
    }
  }
}

TEST(JobResult, LeavesStandardErrorItsPlaceBesideAFlood) {
  const Json data = reply_of({std::string(1 << 20, 'x'), "why", 0})["data"];
  EXPECT_EQ(data["stderr"], "why");
  const Json both = reply_of({std::string(1 << 20, 'x'), std::string(1 << 20, 'y'), 0})["data"];
  EXPECT_GT(both["stderr"].get<std::string>().size(), std::size_t{200000});
  EXPECT_GT(both["stdout"].get<std::string>().size(), std::size_t{700000});
}

TEST(JobResult, JsonStandsInTheDataAndWhatIsNoneIsAFailure) {
  EXPECT_NE(
      line_of({" {\"a\":\n1.50}\n", "e", 0}, true).find(R"("output":{"a":1.50},"stderr":"e"}})"),
      std::string::npos);
  const Json bad = reply_of({"{", "e", 0}, true);
  EXPECT_EQ(bad["success"], false);
  EXPECT_EQ(bad["msg"], (Json{{"err_code", 2}}));
  EXPECT_EQ(bad["detail"], "the command's output is not JSON");
  EXPECT_EQ(bad["data"], (Json{{"job", 7}, {"exit", 0}, {"stdout", "{"}, {"stderr", "e"}}));
  EXPECT_EQ(reply_of({"[]", "", 1}, true)["detail"], "the command's output is too long")
      << "and so may not be whole";
  const Json failed = reply_of({"no JSON", "", 0}, true, failure);
  EXPECT_EQ(failed["data"]["stdout"], "no JSON");
  EXPECT_EQ(failed["audit"], 5);
  EXPECT_EQ(reply_of({"[1]", "", 0}, true, failure)["data"]["output"], Json::array({1}));
}

TEST(JobResult, DataIsOpenOnlyAtTheEndOfALine) {
  EXPECT_EQ(open_data_of(success), R"({"job":7,"exit":0)");
  EXPECT_EQ(open_data_of(failure), R"({"job":7,"exit":3)");
  for (const std::string line :
       {"", "\n", "}}\n", ",\"data\":{}}\n", ",\"data\":}}\n",
        "{\"success\":true,\"data\":{\"a\":1}}", "{\"success\":true,\"data\":[1]}}\n",
        "{\"success\":true,\"msg\":{}}\n"}) {
    EXPECT_EQ(open_data_of(line), "") << line;
  }
  EXPECT_EQ(open_data_of(success_line("ping", "")), "");
}

class ResultFiles : public ::testing::Test {
 protected:
  ResultFiles() {
    for (Descriptor& file : files_) file = Descriptor(memfd_create("output", MFD_CLOEXEC));
  }
  void print(OutputStream stream, std::string_view bytes, std::size_t file = 0) {
    std::string record;
    append_output_record(record, {position_, 1, stream, bytes});
    EXPECT_EQ(write(files_.at(file).get(), record.data(), record.size()),
              static_cast<ssize_t>(record.size()));
    position_ += bytes.size();
  }
  PrintedResult read(std::uint64_t printed) {
    JobOutput output(std::move(files_));
    return read_result(output, printed);
  }
  std::array<Descriptor, 3> files_;
  std::uint64_t position_ = 0;
};

TEST_F(ResultFiles, StreamsArePutTogetherWithoutProgress) {
  print(OutputStream::output, "a");
  print(OutputStream::error, "x");
  print(OutputStream::progress, "50 half");
  print(OutputStream::output, "b");
  position_ += 10;
  print(OutputStream::output, "c", 1);
  const PrintedResult result = read(14);
  EXPECT_EQ(result.output, "abc");
  EXPECT_EQ(result.error, "x");
  EXPECT_EQ(result.missing, 10U);
}

TEST_F(ResultFiles, NoMoreIsReadThanAReplyCouldHold) {
  for (int i = 0; i < 40; ++i) print(OutputStream::output, std::string(max_output_bytes, 'x'));
  const PrintedResult result = read(UINT64_MAX);
  EXPECT_EQ(result.output.size(), PrintedResult::most_bytes);
  EXPECT_EQ(result.missing, UINT64_MAX - PrintedResult::most_bytes);
}

TEST_F(ResultFiles, FilesThatAreNoneAreEmpty) {
  files_ = {};
  EXPECT_EQ(read(0).output, "");
}

std::string rewritten(std::string_view text) {
  return json_on_one_line(text, 1 << 20).value_or("refused");
}

TEST(JsonOutput, IsOneLineOfAsciiThatSaysTheSame) {
  EXPECT_EQ(rewritten(" { \"a\" : [ 1 , -2,\ttrue,\r\nnull ] } \n"), R"({"a":[1,-2,true,null]})");
  EXPECT_EQ(rewritten("\"\xC3\xA9\xF0\x9F\x98\x80\\n\\u0000\\/\""),
            R"("\u00e9\ud83d\ude00\u000a\u0000/")");
  EXPECT_EQ(rewritten(R"({"a":1,"a":2})"), R"({"a":1,"a":2})");
  for (const char* number :
       {"0", "-0", "-0.0", "1.50", "1e5", "1E+5", "-9223372036854775808", "9223372036854775808",
        "18446744073709551615", "18446744073709551616", "123456789012345678901234567890",
        "0.1000000000000000055511151231257827"}) {
    EXPECT_EQ(rewritten(number), number);
  }
}

TEST(JsonOutput, RefusesWhatIsNotExactlyOneValue) {
  for (const std::string_view text : {"",
                                      " ",
                                      "{}{}",
                                      "{} []",
                                      "{",
                                      "]",
                                      "[1,]",
                                      "{a:1}",
                                      "'a'",
                                      "nul",
                                      "nullx",
                                      "NaN",
                                      "Infinity",
                                      "01",
                                      "+1",
                                      "1.",
                                      ".5",
                                      "0x1",
                                      "\"a",
                                      "\"a\nb\"",
                                      "\"\\x\"",
                                      "\"\\ud800\"",
                                      "// c\n1",
                                      "1/* c */",
                                      "\xEF\xBB\xBF{}",
                                      "\"\xFF\"",
                                      "\"\xED\xA0\x80\"",
                                      "\"\xC0\x80\"",
                                      "1e400"}) {
    EXPECT_EQ(rewritten(text), "refused") << text;
  }
  EXPECT_EQ(rewritten(std::string_view("{}\0{", 4)), "refused") << "a NUL ends nothing";
  EXPECT_EQ(rewritten(std::string_view("\0", 1)), "refused");
}

TEST(JsonOutput, BoundsTheDepthWithoutRecursion) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_EQ(rewritten(nested(max_output_depth)), nested(max_output_depth));
  EXPECT_EQ(rewritten(nested(max_output_depth + 1)), "refused");
  EXPECT_EQ(rewritten(nested(130000)), "refused");
  EXPECT_EQ(rewritten(std::string(260000, '[')), "refused");
  std::string objects;
  for (int i = 0; i < 65; ++i) objects += "{\"a\":";
  EXPECT_EQ(rewritten(objects + "1" + std::string(65, '}')), "refused");
}

TEST(JsonOutput, EndsWhereItGetsTooLong) {
  EXPECT_EQ(json_on_one_line("[1,2]", 5).value(), "[1,2]");
  EXPECT_EQ(json_on_one_line("[1,2]", 4).error().code, ErrorCode::too_large);
  EXPECT_EQ(json_on_one_line("\"" + std::string(1000, '\x7F') + "\"", 5000).error().code,
            ErrorCode::too_large);
}

}  // namespace
}  // namespace mgr::broker
