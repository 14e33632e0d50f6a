// mgrctl, with the caller's own uid. How far a job is: a bar at the foot of a terminal, or lines.
// Distrusts the text beside the number, which is a command's.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>

namespace mgr::client {

// What a command writes to MGR_PROGRESS_FD: "42 looking at /usr". A number without a text, and a
// text without a number, are taken too.
struct Progress {
  std::optional<std::uint64_t> percent;  // 0 to 100
  std::string text;
};
[[nodiscard]] Progress parse_progress(std::string_view line);

// "scan:17  [########            ]  42 %  looking at /usr", cut to so many columns. Without a
// percentage there is no bar.
[[nodiscard]] std::string progress_bar(std::string_view label, const Progress& progress,
                                       std::size_t columns);

// The last line of a terminal, drawn over again; elsewhere a line for each change that says more
// than the last did: another tenth, or another text without a number.
class ProgressLine {
 public:
  enum class Style { bar, lines, none };

  // `out` outlives it. `columns` is the terminal's width.
  ProgressLine(std::ostream& out, Style style, std::size_t columns)
      : out_(out), style_(style), columns_(columns) {}
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ~ProgressLine() { hide(); }

  void show(std::string_view label, const Progress& progress);
  // Clears the bar, so that something else can be written; the next show() draws it again.
  void hide();
  // Draws again what hide() cleared.
  void restore();

 private:
  void draw();
  bool says_more(const std::string& line, const Progress& progress);

  std::ostream& out_;
  Style style_;
  std::size_t columns_;
  std::string bar_;  // what is or was shown
  bool drawn_ = false;
  std::string last_text_;                    // of the lines
  std::optional<std::uint64_t> last_tenth_;  // of the lines
};

}  // namespace mgr::client
