// What a job printed, and how far it says it is, on its way to an admin's terminal.
#include "client/jobs/output.h"

#include <gtest/gtest.h>

#include <sstream>

#include "client/display.h"
#include "client/jobs/progress.h"

namespace mgr::client {
namespace {

TEST(ClientOutput, ReadsTextAndBase64ByteByByte) {
  const auto chunk = read_output(R"({"skipped":1200000,"records":[
      {"time":"T","stream":"stdout","text":"a\n"},
      {"time":"T","stream":"stderr","base64":"AP+A"},
      {"time":"T","stream":"progress","text":"42 x"}]})");
  ASSERT_TRUE(chunk && *chunk);
  EXPECT_EQ((*chunk)->skipped, 1'200'000U);
  ASSERT_EQ((*chunk)->records.size(), 3U);
  EXPECT_EQ((*chunk)->records[0].bytes, "a\n");
  EXPECT_EQ((*chunk)->records[1].bytes, std::string("\0\xff\x80", 3));
  EXPECT_EQ((*chunk)->records[1].stream, OutputStream::standard_error);
  EXPECT_EQ((*chunk)->records[2].stream, OutputStream::progress);
}

TEST(ClientOutput, DataWithoutRecordsHasNoOutput) {
  EXPECT_EQ(read_output("")->has_value(), false);
  EXPECT_EQ(read_output(R"({"jobs":[]})")->has_value(), false);
}

TEST(ClientOutput, OfAnAnswerThatIsOutputThereIsARecordOfEachStream) {
  const auto chunk =
      read_output(R"({"job":7,"exit":0,"stdout_base64":"//4=","stderr":"e\n","left_out":5})");
  ASSERT_TRUE(chunk && *chunk);
  EXPECT_EQ((*chunk)->skipped, 5U);
  ASSERT_EQ((*chunk)->records.size(), 2U);
  EXPECT_EQ((*chunk)->records[0].bytes, "\xff\xfe");
  EXPECT_EQ((*chunk)->records[0].time, "");
  EXPECT_EQ((*chunk)->records[1].bytes, "e\n");
  EXPECT_EQ((*chunk)->records[1].stream, OutputStream::standard_error);
  const auto json = read_output(R"({"job":7,"output":{"a":[1.50]},"stderr":""})");
  ASSERT_TRUE(json && *json);
  EXPECT_EQ((*json)->records[0].bytes, "{\"a\":[1.50]}\n");
  EXPECT_FALSE(read_output(R"({"job":7,"stdout":"x"})"));
  EXPECT_FALSE(read_output(R"({"job":7,"stdout_base64":"A","stderr":""})"));
  EXPECT_EQ(read_output(R"({"job":7})")->has_value(), false);
}

TEST(ClientOutput, ARecordThatIsNoneIsABadReply) {
  for (const char* record :
       {"7", "{}", R"({"stream":"stdout"})", R"({"stream":"stdin","text":"x"})",
        R"({"stream":"stdout","text":7})", R"({"stream":"stdout","base64":"A"})",
        R"({"stream":"stdout","base64":"AP+A AP+A"})",
        R"({"stream":"stdout","base64":"AP\u002b*"})"}) {
    EXPECT_FALSE(read_output("{\"records\":[" + std::string(record) + "]}")) << record;
  }
  EXPECT_FALSE(read_output(R"({"records":{}})"));
}

TEST(ClientOutput, ATerminalGetsLinesAndTabsAndNothingToActOn) {
  TerminalText text;
  EXPECT_EQ(text.take("a\tb\n\x1b[2J\x07"
                      "c\rd\xc2\x9b\xe2\x80\xae\xe2\x81\xa9\n"),
            "a\tb\n\\x1b[2J\\x07c\\x0dd\\u{9b}\\u{202e}\\u{2069}\n");
  EXPECT_EQ(text.take("line\r\n"), "line\n");
  EXPECT_EQ(text.take("caf\xc3"), "caf");
  EXPECT_EQ(text.take("\xa9 \xf0\x9f\x98"), "\xc3\xa9 ");
  EXPECT_EQ(text.take("\x80\r"), "\xf0\x9f\x98\x80");
  EXPECT_EQ(text.take("\nx\xe2\x80"), "\nx");
  EXPECT_EQ(text.finish(), "\\xe2\\x80");
  EXPECT_EQ(text.finish(), "");
  EXPECT_EQ(text.take("\x80\x80\x80\x80"), "\\x80\\x80\\x80\\x80");
  EXPECT_EQ(text.take("\xe2\xe2\x9b"), "\\xe2");
}

TEST(ClientOutput, ATimeStandsBeforeEachLineOnce) {
  LineTimes times;
  EXPECT_EQ(times.take("a\nb", "T1"), "T1 a\nT1 b");
  EXPECT_EQ(times.take("c\n", "T2"), "c\n");
  EXPECT_EQ(times.take("d\n", "\x1b"), "\\x1b d\n");
  EXPECT_EQ(times.take("", "T4"), "");
}

TEST(ClientProgress, ReadsTheNumberAndTheText) {
  EXPECT_EQ(parse_progress("42 at /usr\n").percent, 42U);
  EXPECT_EQ(parse_progress("42 at /usr\n").text, "at /usr");
  EXPECT_EQ(parse_progress("100").percent, 100U);
  EXPECT_EQ(parse_progress("100").text, "");
  for (const char* line : {"101 x", "-1 x", "4x y", "x 42", "42% done", ""}) {
    EXPECT_FALSE(parse_progress(line).percent) << line;
    EXPECT_EQ(parse_progress(line).text, line);
  }
}

TEST(ClientProgress, ABarIsOneHarmlessLineThatFits) {
  EXPECT_EQ(progress_bar("scan:17", {42, "at /usr"}, 80),
            "scan:17  [########            ]  42 %  at /usr");
  EXPECT_EQ(progress_bar("s", {0, ""}, 80), "s  [                    ]   0 %");
  EXPECT_EQ(progress_bar("s", {100, ""}, 80), "s  [####################] 100 %");
  EXPECT_EQ(progress_bar("s", {std::nullopt, "busy"}, 80), "s  busy");
  const std::string cut =
      progress_bar(std::string(90, 'k'), {7, "x\n\x1b[2J\r" + std::string(90, 'y')}, 90);
  EXPECT_EQ(character_count(cut), 90U);
  EXPECT_NE(cut.find("x\\n\\x1b[2J"), std::string::npos);
}

TEST(ClientProgress, ABarIsClearedForWhatElseIsWritten) {
  std::ostringstream out;
  ProgressLine line(out, ProgressLine::Style::bar, 80);
  line.hide();
  line.restore();
  EXPECT_EQ(out.str(), "");
  line.show("s", {std::nullopt, "a"});
  line.hide();
  line.hide();
  line.restore();
  EXPECT_EQ(out.str(), "\r\x1b[Ks  a\r\x1b[K\r\x1b[Ks  a");
}

TEST(ClientProgress, ElsewhereALineSaysMoreThanTheLast) {
  std::ostringstream out;
  ProgressLine line(out, ProgressLine::Style::lines, 80);
  for (std::uint64_t percent = 0; percent <= 100; ++percent) line.show("s", {percent, ""});
  EXPECT_EQ(out.str(),
            "s  0 %\ns  10 %\ns  20 %\ns  30 %\ns  40 %\ns  50 %\ns  60 %\ns  70 %\ns  80 %\n"
            "s  90 %\ns  100 %\n");
  out.str("");
  for (const char* text : {"a", "a", "b"}) line.show("s", {std::nullopt, text});
  EXPECT_EQ(out.str(), "s  a\ns  b\n");
}

}  // namespace
}  // namespace mgr::client
