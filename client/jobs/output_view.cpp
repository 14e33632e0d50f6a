// mgrctl, with the caller's own uid; distrusts what the job printed.
#include "client/jobs/output_view.h"

#include <unistd.h>

#include <iostream>

#include "client/jobs/terminal.h"
#include "client/jobs/units.h"

namespace mgr::client {

OutputTarget standard_target(bool times, ProgressLine::Style progress) {
  return {std::cout,
          std::cerr,
          is_terminal(STDOUT_FILENO),
          is_terminal(STDERR_FILENO),
          progress,
          terminal_size(STDERR_FILENO).columns,
          times};
}

OutputView::OutputView(const OutputTarget& target, std::string label)
    : out_{target.out, target.out_is_terminal, {}, {}},
      errors_{target.errors, target.errors_are_terminal, {}, {}},
      progress_(target.errors, target.progress, target.columns),
      label_(std::move(label)),
      with_times_(target.times) {}

Outcome<bool> OutputView::show(const Reply& reply) {
  const auto chunk = read_output(reply.data_json);
  if (!chunk) return tl::unexpected(chunk.error());
  if (!*chunk) return false;
  if ((*chunk)->skipped > 0) show_gap((*chunk)->skipped);
  for (const OutputRecord& record : (*chunk)->records) show_record(record);
  has_shown_ = true;
  if ((*chunk)->end > 0) position_ = (*chunk)->end;
  out_.out.flush();
  if (at_line_start_) progress_.restore();
  return true;
}

void OutputView::finish() {
  progress_.hide();
  for (Side* side : {&out_, &errors_}) {
    if (side->is_terminal) write(*side, side->text.finish());
    side->out.flush();
  }
}

void OutputView::show_gap(std::uint64_t skipped) {
  progress_.hide();
  out_.out.flush();
  if (!at_line_start_ && errors_.is_terminal) errors_.out << '\n';
  errors_.out << "(… " << human_size(skipped) << " not kept …)\n";
  at_line_start_ = true;
}

void OutputView::show_record(const OutputRecord& record) {
  if (record.stream == OutputStream::progress) {
    if (at_line_start_) progress_.show(label_, parse_progress(record.bytes));
    return;
  }
  Side& side = record.stream == OutputStream::standard_output ? out_ : errors_;
  const std::string text = side.is_terminal ? side.text.take(record.bytes) : record.bytes;
  write(side, with_times_ && !record.time.empty() ? side.times.take(text, record.time) : text);
}

void OutputView::write(Side& side, std::string_view text) {
  if (text.empty()) return;
  progress_.hide();
  if (&side == &errors_) out_.out.flush();
  side.out << text;
  if (side.is_terminal) at_line_start_ = text.back() == '\n';
}

}  // namespace mgr::client
