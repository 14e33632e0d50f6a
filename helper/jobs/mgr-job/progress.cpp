// mgr-job, user mgr-job; distrusts what the command writes.
#include "helper/jobs/mgr-job/progress.h"

#include <algorithm>
#include <charconv>

#include "protocol/output_record.h"

namespace mgr {
namespace {

std::optional<std::uint8_t> percent_of(std::string_view line) {
  const std::string_view number = line.substr(0, line.find(' '));
  constexpr std::size_t most_digits = 3;
  std::uint8_t percent = 0;
  const char* end = number.data() + number.size();
  const auto parsed = std::from_chars(number.data(), end, percent);
  if (parsed.ec != std::errc() || parsed.ptr != end || number.size() > most_digits) return {};
  if (percent > 100) return std::nullopt;
  return percent;
}

}  // namespace

void ProgressLines::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t length = bytes.find('\n');
    add(bytes.substr(0, length));
    if (length == std::string_view::npos) return;
    end_line();
    bytes.remove_prefix(length + 1);
  }
}

void ProgressLines::add(std::string_view part) {
  line_ += part.substr(0, ProgressLine::most_bytes - line_.size());
}

void ProgressLines::end_line() {
  if (line_.size() == ProgressLine::most_bytes)
    line_.resize(line_.size() - unfinished_character(line_));
  if (const auto percent = percent_of(line_)) newest_ = ProgressLine{*percent, line_};
  line_.clear();
}

}  // namespace mgr
