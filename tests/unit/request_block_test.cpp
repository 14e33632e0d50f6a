// The request block: what is one, and everything that is not.
#include "protocol/request_block.h"

#include <gtest/gtest.h>

namespace mgr {
namespace {

using State = BlockParser::State;

State read_all(BlockParser& parser, std::string_view bytes) { return parser.read(bytes); }

ErrorCode refusal_of(std::string_view bytes) {
  BlockParser parser;
  EXPECT_EQ(read_all(parser, bytes), State::refused) << bytes;
  return parser.error().code;
}

TEST(RequestBlock, ReadsTheFormatOfTheOriginal) {
  BlockParser parser;
  ASSERT_EQ(read_all(parser, "signature:0f\ntask_ids:1,2\nmodule:SCAN_MODULE\naction:start\n\n"),
            State::complete);
  EXPECT_EQ(parser.block().find("module"), "SCAN_MODULE");
  EXPECT_EQ(parser.block().find("action"), "start");
  EXPECT_EQ(parser.block().find("task_ids"), "1,2");
  EXPECT_EQ(parser.block().size(), 4u);
  EXPECT_FALSE(parser.keep_alive());
}

TEST(RequestBlock, FoldsNamesDropsSpacesTakesCrLf) {
  BlockParser parser;
  ASSERT_EQ(read_all(parser, "Module:  mgr \r\nACTION: ping\r\nempty:\r\n\r\n"), State::complete);
  EXPECT_EQ(parser.block().find("module"), "mgr");
  EXPECT_EQ(parser.block().find("action"), "ping");
  EXPECT_EQ(parser.block().find("empty"), "");
}

TEST(RequestBlock, ReadsByteByByteTheSameAsAtOnce) {
  const std::string text = "module:mgr\naction:ping\nname:J\xC3\xBCrgen \xF0\x9F\x8E\x89\n\n";
  BlockParser parser;
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    ASSERT_EQ(read_all(parser, text.substr(i, 1)), State::incomplete) << i;
  }
  ASSERT_EQ(read_all(parser, "\n"), State::complete);
  EXPECT_EQ(parser.block().find("name"), "J\xC3\xBCrgen \xF0\x9F\x8E\x89");
}

TEST(RequestBlock, LeavesWhatFollowsTheBlock) {
  BlockParser parser;
  std::string_view bytes = "module:mgr\naction:ping\n\nmodule:shutdown\naction:poweroff\n\n";
  ASSERT_EQ(parser.read(bytes), State::complete);
  EXPECT_EQ(bytes, "module:shutdown\naction:poweroff\n\n");
  EXPECT_EQ(parser.block().find("module"), "mgr");
}

TEST(RequestBlock, KeepAliveOpensTheConnectionAndNothingElse) {
  BlockParser parser;
  std::string_view bytes = "mgr:keep-alive\nmodule:a\n\nmodule:b\n\n";
  ASSERT_EQ(parser.read(bytes), State::complete);
  EXPECT_TRUE(parser.keep_alive());
  EXPECT_EQ(parser.block().size(), 1u);
  parser.next();
  ASSERT_EQ(parser.read(bytes), State::complete);
  EXPECT_EQ(parser.block().find("module"), "b");

  EXPECT_EQ(refusal_of("module:a\nmgr:keep-alive\n\n"), ErrorCode::malformed);
  EXPECT_EQ(refusal_of("mgr:keep-dead\n"), ErrorCode::malformed);
}

TEST(RequestBlock, RefusesWhatIsNoBlockAtItsFirstWrongByte) {
  EXPECT_EQ(refusal_of("\n"), ErrorCode::malformed);
  EXPECT_EQ(refusal_of("\r\n"), ErrorCode::malformed);
  EXPECT_EQ(refusal_of(":"), ErrorCode::malformed);
  EXPECT_EQ(refusal_of(" "), ErrorCode::malformed);     // folded line
  EXPECT_EQ(refusal_of("key "), ErrorCode::malformed);  // space before the colon
  EXPECT_EQ(refusal_of("GET "), ErrorCode::malformed);  // HTTP
  EXPECT_EQ(refusal_of("POST /"), ErrorCode::malformed);
  EXPECT_EQ(refusal_of("1a"), ErrorCode::malformed);
  EXPECT_EQ(refusal_of("a\xFF"), ErrorCode::malformed);
  EXPECT_EQ(refusal_of("name\n"), ErrorCode::malformed);        // no colon
  EXPECT_EQ(refusal_of("\x16\x03\x01"), ErrorCode::malformed);  // TLS
}

TEST(RequestBlock, RefusesControlCharactersInValues) {
  for (int byte = 0; byte < 0x20; ++byte) {
    if (byte == '\n' || byte == '\r') continue;
    EXPECT_EQ(refusal_of(std::string("a:x") + static_cast<char>(byte)), ErrorCode::malformed);
  }
  EXPECT_EQ(refusal_of("a:x\x7F"), ErrorCode::malformed);
  EXPECT_EQ(refusal_of("a:x\ry"), ErrorCode::malformed);  // CR inside
  EXPECT_EQ(refusal_of("a:x\r\r\n"), ErrorCode::malformed);
  EXPECT_EQ(refusal_of("a:x\n\ry"), ErrorCode::malformed);
  EXPECT_EQ(refusal_of("a:\xC2\x85\n"), ErrorCode::malformed);  // NEL, a C1 control
}

TEST(RequestBlock, RefusesBytesThatAreNotUtf8) {
  for (const char* value : {"\xFF", "\xC3", "\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80",
                            "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80", "\x80"}) {
    EXPECT_EQ(refusal_of(std::string("a:") + value + "\n"), ErrorCode::malformed) << value;
  }
}

TEST(RequestBlock, RefusesADuplicateNameAlsoAfterFolding) {
  EXPECT_EQ(refusal_of("module:a\nmodule:"), ErrorCode::malformed);
  EXPECT_EQ(refusal_of("module:a\nMODULE:"), ErrorCode::malformed);
}

TEST(RequestBlock, HoldsItsLimitsToTheByte) {
  const std::string name(32, 'n');
  BlockParser longest_name;
  EXPECT_EQ(read_all(longest_name, name + ":v\n\n"), State::complete);
  EXPECT_EQ(refusal_of(name + "n:"), ErrorCode::malformed);

  BlockParser longest_value;
  EXPECT_EQ(read_all(longest_value, "a:" + std::string(4096, 'v') + "\n\n"), State::complete);
  EXPECT_EQ(refusal_of("a:" + std::string(4097, 'v') + "\n"), ErrorCode::too_large);

  std::string fields;
  for (int i = 0; i < 64; ++i) fields += "f" + std::to_string(i) + ":\n";
  BlockParser most_fields;
  EXPECT_EQ(read_all(most_fields, fields + "\n"), State::complete);
  EXPECT_EQ(refusal_of(fields + "g:"), ErrorCode::too_large);

  std::string block;
  for (const char* longest : {"a:", "b:", "c:"}) block += longest + std::string(4096, 'v') + "\n";
  block += "d:" + std::string(16384 - block.size() - 4, 'v');  // two of the name, two line feeds
  BlockParser largest;
  EXPECT_EQ(read_all(largest, block + "\n\n"), State::complete);
  EXPECT_EQ(refusal_of(block + "v\n\n"), ErrorCode::too_large);
  EXPECT_EQ(refusal_of(std::string(17 * 1024, 'a').replace(1, 1, ":")), ErrorCode::too_large);
}

// ---- bodies

constexpr std::string_view hostile_body = "mgr:keep-alive\r\nmodule:shutdown\n\n\0\xFF\x1B[2J";

TEST(RequestBody, IsRawBytesSplitWhereverTheyCome) {
  const std::string body(hostile_body.begin(), hostile_body.end());
  const std::string text = write_block({{"module", "mgr"}}, body).value() + "module:next\n\n";
  for (std::size_t first = 0; first <= text.size(); ++first) {
    BlockParser parser;
    for (std::string_view piece :
         {std::string_view(text).substr(0, first), std::string_view(text).substr(first)}) {
      while (!piece.empty()) {
        if (parser.read(piece) != State::complete) continue;
        if (!parser.body()) {
          if (parser.block().find("module") != "mgr") break;
          parser.read_body(*parse_body_length(*parser.block().find("mgr-body")));
          continue;
        }
        ASSERT_EQ(*parser.body(), body) << first;
        parser.next();
      }
    }
    EXPECT_EQ(parser.block().find("module"), "next") << first;
    EXPECT_FALSE(parser.body());
  }
}

TEST(RequestBody, IsNotReadBeforeItIsAskedFor) {
  BlockParser parser;
  std::string_view bytes = "module:a\nmgr-body:4\n\nbody";
  ASSERT_EQ(parser.read(bytes), State::complete);
  EXPECT_EQ(parser.read(bytes), State::complete);
  EXPECT_EQ(bytes, "body");
  EXPECT_FALSE(parser.body());
}

TEST(RequestBody, MayBeEmptyAndDoesNotCountAsABlock) {
  BlockParser parser;
  std::string_view bytes = "module:a\nmgr-body:0\n\nmodule:b\n\n";
  ASSERT_EQ(parser.read(bytes), State::complete);
  parser.read_body(0);
  ASSERT_EQ(parser.read(bytes), State::complete);
  EXPECT_EQ(parser.body(), "");
  EXPECT_EQ(bytes, "module:b\n\n");
  parser.next();
  EXPECT_TRUE(parser.at_start());

  BlockParser large;
  const std::string body(max_body_length, '\n');
  const std::string text = write_block({{"module", "a"}}, body).value();
  bytes = text;
  ASSERT_EQ(large.read(bytes), State::complete);
  large.read_body(max_body_length);
  ASSERT_EQ(large.read(bytes), State::complete);
  EXPECT_EQ(large.body(), body);
}

TEST(RequestBody, LengthIsADecimalAsItIsWritten) {
  EXPECT_EQ(parse_body_length("0"), 0u);
  EXPECT_EQ(parse_body_length("7"), 7u);
  EXPECT_EQ(parse_body_length("1048576"), max_body_length);
  for (const char* value :
       {"", "-1", "+1", "00", "01", "0x10", "1e3", "1 2", "1.0", "1,2", "١", "seven", "-0", "1k"}) {
    const auto length = parse_body_length(value);
    ASSERT_FALSE(length) << value;
    EXPECT_EQ(length.error().code, ErrorCode::invalid_argument) << value;
  }
  for (const char* value : {"1048577", "2147483648", "4294967296", "4294967297",
                            "18446744073709551616", "99999999999999999999999999999999"}) {
    const auto length = parse_body_length(value);
    ASSERT_FALSE(length) << value;
    EXPECT_EQ(length.error().code, ErrorCode::too_large) << value;
  }
}

TEST(WriteBlock, PutsTheBodyBehindTheBlock) {
  EXPECT_EQ(write_block({{"module", "a"}}, "x\n").value(), "module:a\nmgr-body:2\n\nx\n");
  EXPECT_EQ(write_block({{"module", "a"}}, "").value(), "module:a\nmgr-body:0\n\n");
  EXPECT_FALSE(write_block({{"module", "a"}, {"mgr-body", "2"}}, "xy"));
  EXPECT_FALSE(write_block({{"module", "a"}}, std::string(max_body_length + 1, 'x')));
}

TEST(WriteBlock, WritesWhatTheParserReads) {
  const auto text = write_block({{"module", "mgr"}, {"action", "ping"}});
  ASSERT_TRUE(text);
  EXPECT_EQ(*text, "module:mgr\naction:ping\n\n");
}

TEST(WriteBlock, RefusesALineBreakThatWouldAppendARequest) {
  EXPECT_FALSE(write_block({{"module", "mgr\naction:poweroff"}}));
  EXPECT_FALSE(write_block({{"a\nb", "c"}}));
  EXPECT_FALSE(write_block({{"mgr", "keep-alive"}, {"module", "a"}}));  // opens a connection
  EXPECT_FALSE(write_block({{"a", "b"}, {"a", "c"}}));
  EXPECT_FALSE(write_block({}));
}

}  // namespace
}  // namespace mgr
