// mgrctl, with the caller's own uid: the admin's command line. Distrusts the daemon's answers.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <iostream>

#include "client/audit/run_audit.h"
#include "client/binding.h"
#include "client/command.h"
#include "client/completion/run_complete.h"
#include "client/display.h"
#include "client/doctor/run_doctor.h"
#include "client/given_options.h"
#include "client/help.h"
#include "client/import/run_import.h"
#include "client/jobs/output_view.h"
#include "client/jobs/run_jobs.h"
#include "client/jobs/shutdown_view.h"
#include "client/keys/run_host.h"
#include "client/keys/run_key.h"
#include "client/keys/run_keygen.h"
#include "client/options.h"
#include "client/own_words.h"
#include "client/question.h"
#include "client/reload.h"
#include "client/review/can_i.h"
#include "client/review/explain_command.h"
#include "client/review/policy_command.h"
#include "client/review/show_plan.h"
#include "client/session.h"
#include "client/setup/run_setup.h"
#include "client/stats.h"

namespace mgr::client {
namespace {

// The text for people; that of `mgr modules` is its catalogue.
Outcome<std::string> human_text(const Request& request, const Reply& reply) {
  if (request.module == "shutdown" && request.action == "status") {
    return render_shutdown_status(reply, current_style());
  }
  if (request.module != "mgr" || request.action != "modules") return render_success(reply);
  return parse_catalogue(reply.data_json).map(catalogue_help);
}

ExitCode show_help(const Command& command, const Session& session) {
  const auto schema = ask_for_modules(session);
  if (!schema) return report(session, schema.error());
  if (!schema->success) return report(session, *schema);
  const auto catalogue = parse_catalogue(schema->data_json);
  if (!catalogue) return report(session, catalogue.error());
  const ModuleHelp* module = catalogue->find(command.module);
  const ActionHelp* action = module == nullptr ? nullptr : module->find(command.action);
  if (module != nullptr && (action != nullptr || command.action.empty())) {
    std::cout << (action == nullptr ? module_help(*module) : action_help(*module, *action));
    return finish(session, ExitCode::ok);
  }
  return report(session, choose_action(command, *catalogue).error());  // which says what there is
}

// Output as it was printed; everything else for people, but for what ends a stream: a file that
// standard output goes to holds what the command printed, and nothing of mgr.
Outcome<void> show_line(const Session& session, const Question& question, const Reply& reply,
                        OutputView& output) {
  const auto shown = output.show(reply);
  if (!shown) return tl::unexpected(shown.error());
  if (*shown || session.quiet || question.mode == ActionMode::stream) return {};
  // Of a signed request, what comes before the last line proves nothing: who says it might as well
  // never send that one.
  const bool is_unproven = reply.more && !reply.signed_with.empty();
  if (is_unproven && question.request.module != "job") return {};
  return human_text(question.request, reply).map([](const std::string& text) {
    std::cout << text << std::flush;
  });
}

ExitCode show_reply(const Session& session, const Question& question, bool times) {
  const Request& request = question.request;
  const bool is_stream = question.mode == ActionMode::stream;
  OutputView output(
      standard_target(times, is_stream ? progress_style(session) : ProgressLine::Style::none),
      request.action);
  bool has_come = false;
  const auto reply = converse(session, request, [&](const Reply& line) {
    has_come = true;
    return show_line(session, question, line, output);
  });
  const auto command = reply ? exit_code_of_command(*reply) : std::nullopt;
  if (command && !reply->success && !session.json) {
    const auto shown = output.show(*reply);
    output.finish();
    if (!shown) return report(session, shown.error());
    if (*command >= ExitCode::timed_out) report(session, *reply);
    return finish(session, *command);
  }
  output.finish();
  if (!reply && has_come) return report(session, reply.error());
  if (!reply) return report_unanswered(session, reply.error());
  if (!reply->success && !session.json) return report(session, *reply);
  if (is_stream && reply->success) return finish_wait(session, *reply);
  return finish(session, command.value_or(exit_code(*reply, session.rule)));
}

// --wait
ExitCode show_ended_jobs(const Session& session, const Request& request) {
  const auto reply = wait_for_jobs(session, request, {});
  if (!reply) return report_unanswered(session, reply.error());
  if (session.json) {
    std::cout << json_text(*reply);
  } else if (!reply->success) {
    return report(session, *reply);
  } else if (!session.quiet) {
    std::cout << render_success(*reply);
  }
  return finish_wait(session, *reply);
}

// For people alone: a script knows the code, and may not ask for more.
void hint_at_reason(const Session& session, const Command& command) {
  if (session.json || session.quiet || ::isatty(STDERR_FILENO) == 0) return;
  std::cerr << "mgrctl: for an admin, this says why: "
            << harmless(explain_hint(command, signing_key_of(session))) << '\n';
}

ExitCode run_action(const Options& options, const Command& command, const Session& begun) {
  Session session = begun;
  const auto fits = check_options(given_options(options), options_of_actions(), "MODULE ACTION");
  if (!fits) return report(session, fits.error());
  auto made = make_question(options, command, session);
  if (!made) return report(session, made.error());
  if (!*made) return report(session, made->error());
  Question& question = **made;
  if (options.dry_run) return show_plan(session, question.request);
  Request& request = question.request;
  request.wait = options.job.wait && !session.is_patient;  // which waits by itself
  const ExitCode code = request.wait ? show_ended_jobs(session, request)
                                     : show_reply(session, question, options.job.times);
  if (code == ExitCode::denied) hint_at_reason(session, command);
  return code;
}

// mgrctl's own words that are neither actions nor about jobs. A module of that name is written with
// a capital.
struct OwnCommand {
  std::string_view word;
  ExitCode (*run)(const Options&, const Session&);
};
constexpr std::array own_commands{
    OwnCommand{"audit", run_audit},       OwnCommand{"can-i", run_can_i},
    OwnCommand{"complete", run_complete}, OwnCommand{"doctor", run_doctor},
    OwnCommand{"explain", run_explain},   OwnCommand{"host", run_host},
    OwnCommand{"import", run_import},     OwnCommand{"key", run_key},
    OwnCommand{"keygen", run_keygen},     OwnCommand{"policy", run_policy},
    OwnCommand{"reload", run_reload},     OwnCommand{"setup", run_setup},
    OwnCommand{"stats", run_stats}};

const OwnCommand* find_own_command(const Options& options) {
  if (options.words.empty()) return nullptr;
  const auto* found = std::ranges::find(own_commands, options.words[0], &OwnCommand::word);
  return found == own_commands.end() ? nullptr : found;
}

ExitCode run_own(const OwnCommand& own, const Options& options, const Session& session) {
  for (const auto& given : {given_options(options), given_options(options.job)}) {
    const auto fits = check_options(given, options_of(own.word), own.word);
    if (!fits) return report(session, fits.error());
  }
  return own.run(options, session);
}

ExitCode run_for_jobs(JobCommand command, const Options& options, const Session& session) {
  const std::string word =
      options.words[0] == "job" ? "job " + command.request.action : options.words[0];
  const auto fits = check_options(given_options(options), options_of(word), options.words[0]);
  if (!fits) return report(session, fits.error());
  command.request.on_behalf_of = options.on_behalf_of;
  if (options.dry_run) return show_plan(session, command.request);
  return run_job_command(session, command, options.job);
}

ExitCode run(const Options& options) {
  const Session session = begin_session(options);
  const OwnCommand* own = find_own_command(options);
  const bool is_help =
      options.words.empty() || (options.help && (own != nullptr || is_job_word(options.words[0])));
  if (is_help) {
    std::cout << general_help();
    return finish(session, ExitCode::ok);
  }
  if (own != nullptr) return run_own(*own, options, session);
  if (!options.help) {
    auto job_command = parse_job_command(options.words, options.job);
    if (!job_command) return report(session, job_command.error());
    if (*job_command) return run_for_jobs(std::move(**job_command), options, session);
  }
  const auto command = parse_command(options.words, options.plain_from);
  if (!command) return report(session, command.error());
  return options.help ? show_help(*command, session) : run_action(options, *command, session);
}

}  // namespace
}  // namespace mgr::client

int main(int count, char** words) {
  using namespace mgr::client;
  const auto options = read_options(count, words);
  if (options) return static_cast<int>(run(*options));
  const Farewell& farewell = options.error();
  (farewell.code == ExitCode::ok ? std::cout : std::cerr) << farewell.text;
  return static_cast<int>(farewell.code);
}
