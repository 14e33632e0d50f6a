// Fuzz target: the request block and its body. Checks that what was read can be written again and
// reads as the same, and that the pieces in which the bytes come do not matter.

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
  if (at_once == BlockParser::State::complete && !whole.block().empty()) check_request(whole);
  return 0;
}
