// mgrctl, with the caller's own uid; distrusts the daemon's answers.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <iostream>

#include "client/jobs/job_board.h"
#include "client/jobs/run_jobs.h"
#include "client/jobs/terminal.h"

namespace mgr::client {
namespace {

// Shows a board on standard output: in place on a terminal, else a line for each change.
class Screen {
 public:
  Screen(const Session& session, JobBoard& board)
      : board_(board), quiet_(session.quiet), in_place_(!quiet_ && moves_cursor(STDOUT_FILENO)) {}

  [[nodiscard]] bool is_in_place() const { return in_place_; }

  void take(const std::vector<Job>& jobs) {
    for (const Job& job : jobs) {
      if (!board_.take(job) || in_place_) continue;
      std::cout << (quiet_ ? render_job_ids({job}) : render_job_change(job, style_now()));
    }
    if (in_place_) redraw();
    std::cout.flush();
  }

  // Lines that are too long for the terminal are cut by it (DECAWM), not wrapped: the cursor goes
  // back by the number of lines.
  void redraw() {
    const std::string text = board_.render(style_now(), terminal_size(STDOUT_FILENO).rows - 1);
    if (drawn_lines_ > 0) std::cout << "\x1b[" << drawn_lines_ << 'A';
    std::cout << "\r\x1b[J\x1b[?7l" << text << "\x1b[?7h" << std::flush;
    drawn_lines_ = std::count(text.begin(), text.end(), '\n');
  }

 private:
  static JobStyle style_now() { return current_style(); }

  JobBoard& board_;
  bool quiet_;
  bool in_place_;
  std::ptrdiff_t drawn_lines_ = 0;
};

// The next line of the stream. Ages on the screen go on meanwhile, a second at a time.
Outcome<Reply> next_change(Exchange& watch, Screen& screen, Deadline until) {
  for (;;) {
    const auto second = std::chrono::steady_clock::now() + std::chrono::seconds(1);
    const auto reply = watch.next(screen.is_in_place() ? std::min(second, until) : until);
    const bool is_up = !reply && reply.error().kind == Failure::Kind::no_answer;
    if (!is_up || std::chrono::steady_clock::now() >= until) return reply;
    screen.redraw();
  }
}

Outcome<void> show_line(const Session& session, const Reply& reply, Screen& screen) {
  if (session.json) {
    std::cout << json_text(reply) << std::flush;
  } else if (reply.success) {
    const auto jobs = read_jobs(reply);
    if (!jobs) return tl::unexpected(jobs.error());
    screen.take(*jobs);
  }
  return {};
}

// After the list: the changes, until the daemon ends them or the output cannot be written.
Outcome<Reply> show_changes(const Session& session, Exchange& watch, Screen& screen) {
  for (;;) {
    auto reply = next_change(watch, screen, session.patience);
    if (!reply) return reply;
    const auto shown = show_line(session, *reply, screen);
    if (!shown) return tl::unexpected(shown.error());
    if (!reply->success || !reply->more || !std::cout) return reply;
  }
}

}  // namespace

ExitCode watch_jobs(const Session& session, const Request& list) {
  // The changes are asked for first, so that none falls between the list and them.
  auto watch = begin(session, {"job", "watch", {}, list.on_behalf_of});
  if (!watch) return report(session, watch.error());
  JobBoard board(filter_of(list));
  Screen screen(session, board);
  auto reply = ask(session, list);
  if (reply) {
    const auto shown = show_line(session, *reply, screen);
    if (!shown) return report(session, shown.error());
    if (reply->success) reply = show_changes(session, *watch, screen);
  }
  if (!reply) return report(session, reply.error());
  if (!reply->success && !session.json) return report(session, *reply);
  return finish(session, exit_code(*reply, session.rule));
}

}  // namespace mgr::client
