// Fuzz target: the request block and its body. Checks that what was read can be written again and
// reads as the same, that the pieces in which the bytes come do not matter, and that what a client
// writes of whatever fields is read as those fields.

#include <algorithm>
#include <vector>

#include "protocol/field.h"
#include "protocol/request_block.h"
#include "tests/fuzz/property.h"

namespace {

using mgr::BlockParser;

// Reads on, as the broker does where it wants the body.
BlockParser::State read(BlockParser& parser, std::string_view& bytes) {
  auto state = parser.read(bytes);
  const auto announced = parser.block().find("mgr-body");
  if (state != BlockParser::State::complete || parser.body() || !announced) return state;
  const auto length = mgr::parse_body_length(*announced);
  if (!length) return state;
  parser.read_body(*length);
  return parser.read(bytes);
}

void check_request(const BlockParser& parser) {
  const mgr::RequestBlock& block = parser.block();
  std::vector<mgr::Field> fields;
  for (std::size_t i = 0; i < block.size(); ++i) {
    if (parser.body() && block[i].name == "mgr-body") continue;
    fields.push_back({std::string(block[i].name), std::string(block[i].value)});
  }
  const auto written =
      parser.body() ? mgr::write_block(fields, *parser.body()) : mgr::write_block(fields);
  require(written.has_value());
  BlockParser again;
  std::string_view bytes = *written;
  require(read(again, bytes) == BlockParser::State::complete && bytes.empty());
  require(again.block().size() == block.size() && again.body() == parser.body());
  for (const mgr::Field& field : fields) require(again.block().find(field.name) == field.value);
}

void check_names(const mgr::RequestBlock& block) {
  for (std::size_t i = 0; i < block.size(); ++i) {
    require(!mgr::is_known_reserved_name(block[i].name) || mgr::is_reserved_name(block[i].name));
    require(!mgr::is_request_id(block[i].value) ||
            block[i].value.size() <= mgr::max_request_id_length);
  }
}

// Of names and values that are lines of the bytes, in turn; a NUL in them stands for a line break.
void check_written(std::string_view input) {
  std::vector<mgr::Field> fields;
  while (!input.empty() && fields.size() <= mgr::max_fields) {
    const auto take_line = [&] {
      std::string line(input.substr(0, input.find('\n')));
      input.remove_prefix(std::min(line.size() + 1, input.size()));
      std::replace(line.begin(), line.end(), '\0', '\n');
      return line;
    };
    mgr::Field field{take_line(), ""};
    field.value = take_line();
    fields.push_back(std::move(field));
  }
  const auto written = mgr::write_block(fields);
  if (!written) return;
  BlockParser parser;
  std::string_view bytes = *written;
  const auto state = parser.read(bytes);
  require(state == BlockParser::State::complete && bytes.empty());
  require(parser.block().size() == fields.size());
  for (const mgr::Field& field : fields) {
    const auto value = parser.block().find(field.name);
    require(value.has_value() && field.value.find(*value) != std::string::npos);
  }
}

// The next block of a kept connection is read as the first of another would be.
void check_next(BlockParser& parser, std::string_view rest) {
  parser.next();
  require(parser.at_start() && parser.block().empty() && !parser.body());
  std::string_view same = rest;
  BlockParser other;
  std::string_view opening = "mgr:keep-alive\n";
  static_cast<void>(other.read(opening));
  require(read(parser, rest) == read(other, same) || !parser.keep_alive());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  BlockParser whole;
  std::string_view rest = input;
  const auto at_once = read(whole, rest);
  BlockParser piecewise;
  auto in_pieces = BlockParser::State::incomplete;
  std::size_t taken = 0;
  while (in_pieces == BlockParser::State::incomplete && taken < size) {
    std::string_view byte = input.substr(taken++, 1);
    in_pieces = read(piecewise, byte);
  }
  require(at_once == in_pieces && taken == size - rest.size());
  require(whole.body() == piecewise.body());
  check_names(whole.block());
  if (at_once == BlockParser::State::complete && !whole.block().empty()) check_request(whole);
  if (at_once == BlockParser::State::complete) check_next(whole, rest);
  check_written(input);
  return 0;
}
