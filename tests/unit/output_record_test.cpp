// The records of a job's output: what is written is read, and nothing else is.
#include "protocol/output_record.h"

#include <gtest/gtest.h>

#include <vector>

namespace mgr {
namespace {

std::string bytes_of(const OutputRecord& record) {
  std::string out;
  append_output_record(out, record);
  return out;
}

OutputDecoding decoding_of(std::string_view bytes) {
  OutputRecord record;
  return take_output_record(bytes, record);
}

TEST(OutputRecords, AreReadAsTheyWereWritten) {
  const std::string large(max_output_bytes, 'x');
  const std::vector<OutputRecord> records{
      {0, 1, OutputStream::output, std::string_view("\0\n\xFF", 3)},
      {3, INT64_MIN, OutputStream::error, "e"},
      {UINT64_MAX - max_output_bytes, INT64_MAX, OutputStream::progress, large}};
  std::string all;
  for (const OutputRecord& record : records) append_output_record(all, record);
  std::string_view rest = all;
  for (const OutputRecord& record : records) {
    OutputRecord read;
    ASSERT_EQ(take_output_record(rest, read), OutputDecoding::record);
    EXPECT_EQ(read, record);
  }
  EXPECT_TRUE(rest.empty());
  EXPECT_EQ(decoding_of(rest), OutputDecoding::partial);
}

TEST(OutputRecords, HeaderIsAsLongAsItSays) {
  EXPECT_EQ(bytes_of({0, 0, OutputStream::output, "x"}).size(), output_header_length + 1);
}

TEST(OutputRecords, EveryTruncationIsPartialAndTakesNothing) {
  const std::string whole = bytes_of({7, 8, OutputStream::error, "some words"});
  for (std::size_t length = 0; length < whole.size(); ++length) {
    std::string_view cut = std::string_view(whole).substr(0, length);
    OutputRecord record;
    EXPECT_EQ(take_output_record(cut, record), OutputDecoding::partial) << length;
    EXPECT_EQ(cut.size(), length);
  }
}

TEST(OutputRecords, HostileHeadersAreBroken) {
  const std::string whole = bytes_of({7, 8, OutputStream::error, "some words"});
  const auto with = [&whole](std::size_t at, std::string_view bytes) {
    std::string changed = whole;
    return changed.replace(at, bytes.size(), bytes);
  };
  using namespace std::string_view_literals;
  for (std::size_t at = 0; at < 4; ++at) {
    EXPECT_EQ(decoding_of(with(at, "!")), OutputDecoding::broken) << "magic, byte " << at;
  }
  EXPECT_EQ(decoding_of(with(0, "!").substr(0, 4)), OutputDecoding::broken);
  for (const std::string_view stream : {"\0"sv, "\4"sv, "\xFF"sv}) {
    EXPECT_EQ(decoding_of(with(20, stream)), OutputDecoding::broken);
  }
  for (const std::string_view length :
       {"\0\0\0\0"sv, "\1\0\1\0"sv, "\0\0\0\x80"sv, "\xFF\xFF\xFF\xFF"sv}) {
    EXPECT_EQ(decoding_of(with(21, length)), OutputDecoding::broken);
  }
  EXPECT_EQ(decoding_of(with(4, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF")), OutputDecoding::broken)
      << "its end would pass the last position";
  EXPECT_EQ(decoding_of(std::string(100, '\0')), OutputDecoding::broken);
}

TEST(OutputRecords, ACutLeavesCharactersWhole) {
  EXPECT_EQ(unfinished_character(""), 0U);
  EXPECT_EQ(unfinished_character("abc"), 0U);
  for (const std::string character : {"\u00E4", "\u20AC", "\U0001F600"}) {
    for (std::size_t length = 1; length < character.size(); ++length) {
      EXPECT_EQ(unfinished_character("x" + character.substr(0, length)), length);
      EXPECT_EQ(unfinished_character(character.substr(0, length)), length);
    }
    EXPECT_EQ(unfinished_character(character), 0U);
  }
  for (const char* never :
       {"\x80", "\x80\x80\x80\x80", "\xC0", "\xC1", "\xF5", "\xFF", "\xC3\xA4\x80"}) {
    EXPECT_EQ(unfinished_character(never), 0U);
  }
}

}  // namespace
}  // namespace mgr
