// The lines that a command writes to its progress descriptor. mgr-job, user mgr-job; distrusts
// them: endless lines, NULs, numbers that are none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mgr {

// "NN some text": a number from 0 to 100, and a blank before the text where there is one.
struct ProgressLine {
  std::uint8_t percent = 0;
  std::string text;  // the whole line without its line feed; at most most_bytes of it
  static constexpr std::size_t most_bytes = 256;
};

class ProgressLines {
 public:
  // A line that is not of that form counts for nothing; nor does one without its line feed.
  void feed(std::string_view bytes);
  // The newest line since the last call, if one came.
  [[nodiscard]] std::optional<ProgressLine> take_newest() { return std::exchange(newest_, {}); }
  [[nodiscard]] bool has_newest() const { return newest_.has_value(); }

 private:
  void add(std::string_view part);
  void end_line();

  std::string line_;
  std::optional<ProgressLine> newest_;
};

}  // namespace mgr
