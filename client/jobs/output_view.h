// mgrctl, with the caller's own uid. Writes a job's output to where mgrctl's own goes. Distrusts
// it: a terminal gets nothing to act on, everything else the bytes as they were.
#pragma once

#include <iosfwd>

#include "client/failure.h"
#include "client/jobs/output.h"
#include "client/jobs/progress.h"
#include "client/reply.h"

namespace mgr::client {

// Where to write, and how.
struct OutputTarget {
  std::ostream& out;
  std::ostream& errors;
  bool out_is_terminal = false;
  bool errors_are_terminal = false;
  ProgressLine::Style progress = ProgressLine::Style::none;
  std::size_t columns = 80;
  bool times = false;  // when each line was printed, before it
};

// Standard output and standard error as they are.
[[nodiscard]] OutputTarget standard_target(bool times, ProgressLine::Style progress);

class OutputView {
 public:
  // `label` stands before the progress: "job 7".
  OutputView(const OutputTarget& target, std::string label);

  // Writes what a line of a reply holds. Fails with bad_reply. False where it holds no output.
  [[nodiscard]] Outcome<bool> show(const Reply& reply);
  // The position behind what was shown; 0 before that.
  [[nodiscard]] std::uint64_t position() const { return position_; }
  // Whether a further request can go on there: nothing was shown, or it is known where that ended.
  [[nodiscard]] bool can_go_on() const { return position_ > 0 || !has_shown_; }
  // No more output: writes what waited for the rest of a character, and clears the progress.
  void finish();

 private:
  struct Side {
    std::ostream& out;
    bool is_terminal;
    TerminalText text;
    LineTimes times;
  };
  void show_gap(std::uint64_t skipped);
  void show_record(const OutputRecord& record);
  void write(Side& side, std::string_view text);

  Side out_, errors_;
  ProgressLine progress_;
  std::string label_;
  std::uint64_t position_ = 0;
  bool has_shown_ = false;
  bool with_times_;
  bool at_line_start_ = true;  // of the terminal
};

}  // namespace mgr::client
