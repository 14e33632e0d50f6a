// Fuzz target: the records of a job's output. What is taken, written again, must be the bytes that
// it was taken from, and what is not taken must stay.
#include <cstdint>
#include <string>

#include "protocol/output_record.h"
#include "tests/fuzz/property.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mgr;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  require(unfinished_character(input) <= 3);
  std::string_view rest = input;
  std::string again;
  OutputRecord record;
  const auto position = front_position(input);
  bool is_first = true;
  while (take_output_record(rest, record) == OutputDecoding::record) {
    require(!record.bytes.empty() && record.end() > record.position);
    require(!is_first || position == record.position);
    is_first = false;
    const std::string_view name = stream_name(record.stream);
    require(name == "stdout" || name == "stderr" || name == "progress");
    append_output_record(again, record);
  }
  require(input.substr(0, again.size()) == again && input.substr(again.size()) == rest);
  return 0;
}
