// mgrctl, with the caller's own uid; distrusts the texts of the command.
#include "client/jobs/progress.h"

#include <algorithm>
#include <charconv>
#include <ostream>
#include <utility>

#include "client/display.h"

namespace mgr::client {
namespace {

constexpr std::size_t bar_width = 20;
constexpr std::size_t label_width = 32;

std::string padded_number(std::uint64_t percent) {
  const std::string digits = std::to_string(percent);
  return std::string(digits.size() < 3 ? 3 - digits.size() : 0, ' ') + digits + " %";
}

}  // namespace

Progress parse_progress(std::string_view line) {
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r' || line.back() == ' ')) {
    line.remove_suffix(1);
  }
  std::uint64_t percent = 0;
  const auto read = std::from_chars(line.data(), line.data() + line.size(), percent);
  const auto length = static_cast<std::size_t>(read.ptr - line.data());
  const bool ends = length == line.size() || line[length] == ' ';
  if (read.ec != std::errc() || !ends || percent > 100) return {std::nullopt, std::string(line)};
  line.remove_prefix(std::min(length + 1, line.size()));
  return {percent, std::string(line)};
}

std::string progress_bar(std::string_view label, const Progress& progress, std::size_t columns) {
  std::string line = shortened(label, label_width);
  if (progress.percent) {
    const auto filled = static_cast<std::size_t>(*progress.percent) * bar_width / 100;
    line += "  [" + std::string(filled, '#') + std::string(bar_width - filled, ' ') + "] " +
            padded_number(*progress.percent);
  }
  if (!progress.text.empty()) line += "  " + harmless(progress.text);
  return shortened(line, columns);
}

void ProgressLine::show(std::string_view label, const Progress& progress) {
  if (style_ == Style::none) return;
  if (style_ == Style::bar) {
    // The last column stays free: some terminals wrap once it is written.
    bar_ = progress_bar(label, progress, columns_ > 1 ? columns_ - 1 : 1);
    draw();
    return;
  }
  std::string line = shortened(label, label_width);
  if (progress.percent) line += "  " + std::to_string(*progress.percent) + " %";
  if (!progress.text.empty()) line += "  " + shortened(progress.text, 200);
  if (says_more(line, progress)) out_ << line << '\n' << std::flush;
}

bool ProgressLine::says_more(const std::string& line, const Progress& progress) {
  const bool same_text = line == last_text_;
  last_text_ = line;
  if (!progress.percent) return !same_text;
  const std::uint64_t tenth = *progress.percent / 10;
  return std::exchange(last_tenth_, tenth) != tenth;
}

void ProgressLine::draw() {
  out_ << "\r\x1b[K" << bar_ << std::flush;
  drawn_ = true;
}

void ProgressLine::hide() {
  if (drawn_) out_ << "\r\x1b[K" << std::flush;
  drawn_ = false;
}

void ProgressLine::restore() {
  if (style_ == Style::bar && !drawn_ && !bar_.empty()) draw();
}

}  // namespace mgr::client
