// Fuzz target: JSON that a job printed. What is taken leaves as one line of ASCII, which is taken
// again and leaves as it came.
#include <algorithm>
#include <cstdint>
#include <string>

#include "broker/json_output.h"
#include "tests/fuzz/property.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mgr::broker;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  constexpr std::size_t most = 1 << 16;
  const auto once = json_on_one_line(input, most);
  if (!once) return 0;
  require(!once->empty() && once->size() <= most);
  require(std::all_of(once->begin(), once->end(), [](char c) { return c >= 0x20 && c < 0x7F; }));
  const auto twice = json_on_one_line(*once, most);
  require(twice && *twice == *once);
  return 0;
}
