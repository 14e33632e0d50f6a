// mgrctl, with the caller's own uid: the admin's command line. Distrusts the daemon's answers.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <iostream>

#include "client/binding.h"
#include "client/command.h"
#include "client/display.h"
#include "client/help.h"
#include "client/inputs.h"
#include "client/jobs/output_view.h"
#include "client/jobs/run_jobs.h"
#include "client/options.h"
#include "client/review/explain_command.h"
#include "client/review/policy_command.h"
#include "client/session.h"
#include "protocol/error.h"

namespace mgr::client {
namespace {

Outcome<Reply> ask_for_modules(const Session& session) {
  return ask(session.socket_path, {"mgr", "modules", {}, {}}, session.deadline);
}

// A policy may grant an action without granting the schema; the helper checks the arguments anyway.
bool may_go_without_schema(const Reply& refusal) {
  const auto code = static_cast<ErrorCode>(refusal.err_code);
  return code == ErrorCode::denied || code == ErrorCode::unauthenticated ||
         code == ErrorCode::unknown_action;
}

// What is to be asked, and how its answer comes.
struct Question {
  Request request;
  ActionMode mode = ActionMode::unknown;
};

// `session` learns whether a command is to be waited for, and does not count the time in which
// inputs are typed.
Outcome<Question> bind_with(const Options& options, const Command& command, const Reply& schema,
                            Session& session) {
  const auto catalogue = parse_catalogue(schema.data_json);
  if (!catalogue) return tl::unexpected(catalogue.error());
  const auto chosen = choose_action(command, *catalogue);
  if (!chosen) return tl::unexpected(chosen.error());
  const ActionMode mode = chosen->action->mode;
  session.is_patient = mode == ActionMode::output || mode == ActionMode::stream;
  if (session.is_patient) session.rule = ExitRule::wait;  // low numbers are the command's
  auto request = bind_values(command, *chosen);
  if (!request) return tl::unexpected(request.error());
  const auto begin = std::chrono::steady_clock::now();
  const auto added = add_inputs(*request, *chosen, options.input);
  session.pause(std::chrono::steady_clock::now() - begin);
  if (!added) return tl::unexpected(added.error());
  return Question{std::move(*request), mode};
}

Outcome<Question> bind_without(const Options& options, const Command& command) {
  auto request = bind_without_schema(command);
  if (!request) return tl::unexpected(request.error());
  const auto added = add_inputs_without_schema(*request, options.input);
  if (!added) return tl::unexpected(added.error());
  return Question{std::move(*request)};
}

Failure not_for(std::string_view option, const std::string& command) {
  return {Failure::Kind::invalid_request, std::string(option) + " is not for " + command};
}

// The text for people; that of `mgr modules` is its catalogue.
Outcome<std::string> human_text(const Request& request, const Reply& reply) {
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
  std::cerr << "mgrctl: for an admin, this says why: " << harmless(explain_hint(command)) << '\n';
}

ExitCode run_action(const Options& options, const Command& command, const Session& begun) {
  Session session = begun;
  Outcome<Question> question;
  if (needs_catalogue(command)) {
    const auto schema = ask_for_modules(session);
    if (!schema) return report(session, schema.error());
    if (!schema->success && !may_go_without_schema(*schema)) return report(session, *schema);
    question = schema->success ? bind_with(options, command, *schema, session)
                               : bind_without(options, command);
  } else {
    question = bind_without(options, command);
  }
  if (!question) return report(session, question.error());
  Request& request = question->request;
  request.on_behalf_of = options.on_behalf_of;
  request.wait = options.job.wait && !session.is_patient;  // which waits by itself
  const ExitCode code = request.wait ? show_ended_jobs(session, request)
                                     : show_reply(session, *question, options.job.times);
  if (code == ExitCode::denied) hint_at_reason(session, command);
  return code;
}

// Commands of mgrctl's own, whatever modules there are, beside those for jobs (is_job_word).
struct OwnCommand {
  std::string_view word;
  ExitCode (*run)(const Options& options, const Session& session);
};

constexpr std::array own_commands{OwnCommand{"explain", run_explain},
                                  OwnCommand{"policy", run_policy}};

const OwnCommand* find_own_command(const Options& options) {
  if (options.words.empty()) return nullptr;
  const auto* found = std::ranges::find(own_commands, options.words[0], &OwnCommand::word);
  return found == own_commands.end() ? nullptr : found;
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
  if (own != nullptr) return own->run(options, session);
  if (!options.help) {
    auto job_command = parse_job_command(options.words, options.job);
    if (!job_command) return report(session, job_command.error());
    if (*job_command) {
      const std::string_view input = options.input.given();
      if (!input.empty()) return report(session, not_for(input, options.words[0]));
      (*job_command)->request.on_behalf_of = options.on_behalf_of;
      return run_job_command(session, **job_command, options.job);
    }
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
