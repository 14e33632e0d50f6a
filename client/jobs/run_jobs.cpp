// mgrctl, with the caller's own uid; distrusts the daemon's answers, and what jobs print.
#include "client/jobs/run_jobs.h"

#include <unistd.h>

#include <chrono>
#include <iostream>
#include <thread>

#include "client/display.h"
#include "client/jobs/output_view.h"
#include "client/jobs/progress_wait.h"
#include "client/jobs/terminal.h"
#include "client/jobs/units.h"
#include "protocol/error.h"

namespace mgr::client {
namespace {

// For a daemon that is being restarted, or upgraded.
constexpr std::chrono::milliseconds between_tries{200};
constexpr int most_tries = 100;

using Show = Outcome<std::string> (*)(const Session& session, const Reply& reply);

Outcome<std::string> show_list(const Session& session, const Reply& reply) {
  const auto jobs = read_jobs(reply);
  if (!jobs) return tl::unexpected(jobs.error());
  if (session.quiet) return render_job_ids(*jobs);
  return jobs->empty() ? "no jobs\n" : render_job_table(*jobs, current_style());
}

Outcome<std::string> show_details(const Session& session, const Reply& reply) {
  if (session.quiet) return "";
  const auto data = parse_json(reply.data_json);
  const JsonValue* jobs = data ? data->find("jobs") : nullptr;
  if (jobs == nullptr) return render_success(reply);
  std::string text;
  for (const JsonValue& job : jobs->items) {
    text += (text.empty() ? "" : "\n") + render_job_details(job, current_style());
  }
  return text;
}

Outcome<std::string> show_jobs(const Session& session, const Reply& reply) {
  return session.quiet ? "" : show_list(session, reply);
}

Outcome<std::string> show_pruned(const Session& session, const Reply& reply) {
  if (session.quiet) return "";
  const auto data = parse_json(reply.data_json);
  const auto count = data ? data->number_at("pruned") : std::nullopt;
  if (!count) return render_success(reply);
  const auto bytes = data->number_at("bytes");
  return std::to_string(*count) + (*count == 1 ? " job" : " jobs") + " forgotten" +
         (bytes ? ", " + human_size(*bytes) + " freed" : "") + '\n';
}

// Asks, and shows the reply's one line. `effect` where the request changes something.
ExitCode run_once(const Session& session, const JobCommand& command, Show show, bool effect) {
  const auto reply = converse(session, command.request, [&](const Reply& line) -> Outcome<void> {
    return show(session, line).map([](const std::string& text) { std::cout << text; });
  });
  if (!reply && effect) return report_unanswered(session, reply.error());
  if (!reply) return report(session, reply.error());
  if (!reply->success && !session.json) return report(session, *reply);
  return finish(session, exit_code(*reply, session.rule));
}

// "job 7 (scan:17) succeeded, exit 0, after 3.0 s"
std::string farewell(const Job& job) {
  std::string text = "job " + std::to_string(job.id) + " (" + shortened(job.name(), 40) + ") " +
                     shortened(job.state, 32);
  const std::string exit = exit_text(job);
  if (exit != "-") text += job.signal ? ", " + exit : ", exit " + exit;
  if (job.wall_ms) text += ", after " + human_duration(*job.wall_ms);
  return text + '\n';
}

// Whether the daemon went away in mid-stream: the job goes on, and its output can be taken up
// again.
bool broke_off(const Outcome<Reply>& reply) {
  if (reply) {
    const bool gone = reply->err_code == static_cast<int>(ErrorCode::timeout) ||
                      reply->err_code == static_cast<int>(ErrorCode::unavailable);
    return !reply->success && gone;
  }
  const Failure::Kind kind = reply.error().kind;
  return kind == Failure::Kind::cannot_connect || kind == Failure::Kind::connection_lost;
}

// Not where nobody was there to begin with.
bool may_have_begun(const Outcome<Reply>& reply) {
  return reply ? reply->err_code != static_cast<int>(ErrorCode::unavailable)
               : reply.error().kind == Failure::Kind::connection_lost;
}

// A follow outlives a restart of the daemons: it goes on behind what was shown.
Outcome<Reply> stream_output(const Session& session, const JobCommand& command, OutputView& view) {
  const auto show = [&](const Reply& line) { return view.show(line).map([](bool) {}); };
  Request request = command.request;
  auto reply = converse(session, request, show);
  const bool is_follow = command.view == JobView::follow && !session.json;
  if (!is_follow || !(view.position() > 0 || may_have_begun(reply))) return reply;
  for (int tries = 0; broke_off(reply) && view.can_go_on() && tries < most_tries; ++tries) {
    const std::uint64_t before = view.position();
    std::this_thread::sleep_for(between_tries);
    std::erase_if(request.arguments, [](const Field& field) { return field.name != "id"; });
    request.arguments.push_back({"from", std::to_string(before)});
    reply = converse(session, request, show);
    if (view.position() != before) tries = 0;
  }
  return reply;
}

// `output` and `follow`. Progress is news only while it is made.
ExitCode run_output(const Session& session, const JobCommand& command, bool times) {
  const bool is_live = command.view == JobView::follow;
  const auto style = is_live && !session.json ? progress_style(session) : ProgressLine::Style::none;
  OutputView view(standard_target(times, style), "job " + std::to_string(command.ids.front()));
  const auto reply = stream_output(session, command, view);
  view.finish();
  if (!reply) return report(session, reply.error());
  if (!reply->success) {
    return session.json ? finish(session, exit_code(*reply, session.rule))
                        : report(session, *reply);
  }
  const auto jobs = read_jobs(*reply);
  if (!jobs) return report(session, jobs.error());
  if (is_live && !session.quiet && !session.json) {
    for (const Job& job : *jobs) std::cerr << farewell(job);
  }
  return session.rule == ExitRule::wait ? finish_wait(session, *reply)
                                        : finish(session, ExitCode::ok);
}

ExitCode run_wait(const Session& session, const JobCommand& command) {
  const auto reply = wait_for_jobs(session, command.request, command.ids);
  if (!reply) return report(session, reply.error());
  if (session.json) {
    std::cout << json_text(*reply);
  } else if (!reply->success) {
    return report(session, *reply);
  } else {
    const auto text = show_jobs(session, *reply);
    if (!text) return report(session, text.error());
    std::cout << *text;
  }
  return finish_wait(session, *reply);
}

}  // namespace

JobStyle current_style() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return {takes_colour(STDOUT_FILENO),
          std::chrono::duration_cast<std::chrono::milliseconds>(now).count()};
}

ProgressLine::Style progress_style(const Session& session) {
  if (session.quiet) return ProgressLine::Style::none;
  return moves_cursor(STDERR_FILENO) ? ProgressLine::Style::bar : ProgressLine::Style::lines;
}

Outcome<Reply> wait_for_jobs(const Session& session, const Request& request,
                             const std::vector<std::uint64_t>& ids) {
  const auto style = progress_style(session);
  if (style == ProgressLine::Style::none) {
    auto exchange = begin(session, request);
    if (!exchange) return tl::unexpected(exchange.error());
    return only_line(exchange->next(session.deadline_for(request)));
  }
  ProgressLine progress(std::cerr, style, terminal_size(STDERR_FILENO).columns);
  return ask_with_progress(
      session, request, ids.empty() ? started_by(request, signing_key_of(session)) : with_ids(ids),
      progress);
}

ExitCode finish_wait(const Session& session, const Reply& reply) {
  if (!reply.success) return finish(session, exit_code(reply, session.rule));
  const auto jobs = read_jobs(reply);
  if (!jobs) return report(session, jobs.error());
  std::cout.flush();
  for (const Job& job : *jobs) {
    if (const auto why = why_no_status(job)) std::cerr << "mgrctl: " << *why << '\n';
  }
  return finish(session, exit_code(*jobs));
}

ExitCode run_job_command(const Session& session, const JobCommand& command,
                         const JobOptions& options) {
  switch (command.view) {
    case JobView::list:
      return run_once(session, command, show_list, false);
    case JobView::watch:
      return watch_jobs(session, command.request);
    case JobView::details:
      return run_once(session, command, show_details, false);
    case JobView::output:
    case JobView::follow:
      return run_output(session, command, options.times);
    case JobView::wait:
      return run_wait(session, command);
    case JobView::stop:
      return run_once(session, command, show_jobs, true);
    case JobView::prune:
      return run_once(session, command, show_pruned, true);
  }
  return ExitCode::failed;
}

}  // namespace mgr::client
