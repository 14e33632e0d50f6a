// Fuzz target: what a command writes to its progress descriptor. In which pieces it comes must not
// matter, and what is taken says what the line said.
#include <algorithm>
#include <charconv>

#include "helper/jobs/mgr-job/progress.h"
#include "tests/fuzz/property.h"

namespace {

void check(const mgr::ProgressLine& line, std::string_view input) {
  require(line.percent <= 100 && line.text.size() <= mgr::ProgressLine::most_bytes);
  require(line.text.find('\n') == std::string::npos);
  require(input.find(line.text) != std::string_view::npos);
  unsigned percent = 0;
  const char* end = line.text.data() + line.text.size();
  const auto number = std::from_chars(line.text.data(), end, percent);
  require(percent == line.percent && (number.ptr == end || *number.ptr == ' '));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  mgr::ProgressLines whole, piecewise;
  whole.feed(input);
  for (std::size_t i = 0; i < size; ++i) piecewise.feed(input.substr(i, 1));
  require(whole.has_newest() == piecewise.has_newest());
  const auto newest = whole.take_newest(), same = piecewise.take_newest();
  if (!newest) return 0;
  require(same && same->percent == newest->percent && same->text == newest->text);
  require(!whole.has_newest());
  check(*newest, input);
  return 0;
}
