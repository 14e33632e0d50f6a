// Fuzz target: the request block. Checks that a block which was read can be written again and reads
// as the same, and that the pieces in which the bytes come do not matter.
#include <cstdlib>

#include "protocol/request_block.h"

namespace {

using mgr::BlockParser;

void require(bool condition) {
  if (!condition) std::abort();
}

void check_block(const mgr::RequestBlock& block) {
  std::vector<mgr::Field> fields;
  for (std::size_t i = 0; i < block.size(); ++i) {
    fields.push_back({std::string(block[i].name), std::string(block[i].value)});
  }
  const auto written = mgr::write_block(fields);
  require(written.has_value());
  BlockParser again;
  std::string_view bytes = *written;
  require(again.read(bytes) == BlockParser::State::complete && bytes.empty());
  require(again.block().size() == fields.size());
  for (std::size_t i = 0; i < fields.size(); ++i) {
    require(again.block()[i].name == fields[i].name && again.block()[i].value == fields[i].value);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  BlockParser whole;
  std::string_view rest = input;
  const auto at_once = whole.read(rest);
  BlockParser piecewise;
  auto in_pieces = BlockParser::State::incomplete;
  std::size_t taken = 0;
  while (in_pieces == BlockParser::State::incomplete && taken < size) {
    std::string_view byte = input.substr(taken++, 1);
    in_pieces = piecewise.read(byte);
  }
  require(at_once == in_pieces && taken == size - rest.size());
  if (at_once == BlockParser::State::complete && !whole.block().empty()) check_block(whole.block());
  return 0;
}
