// mgrctl, with the caller's own uid: the admin's command line. Distrusts the daemon's answers.
#include <iostream>

#include "client/command.h"
#include "client/display.h"
#include "client/help.h"
#include "client/jobs/output_view.h"
#include "client/jobs/run_jobs.h"
#include "client/options.h"
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

Outcome<Request> bind_with(const Command& command, const Reply& schema) {
  const auto catalogue = parse_catalogue(schema.data_json);
  if (!catalogue) return tl::unexpected(catalogue.error());
  return bind_command(command, *catalogue);
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
  return report(session, bind_command(command, *catalogue).error());  // which says what there is
}

// Output as it was printed; everything else for people.
Outcome<void> show_line(const Session& session, const Request& request, const Reply& reply,
                        OutputView& output) {
  const auto shown = output.show(reply);
  if (!shown) return tl::unexpected(shown.error());
  if (*shown || session.quiet) return {};
  return human_text(request, reply).map([](const std::string& text) {
    std::cout << text << std::flush;
  });
}

ExitCode show_reply(const Session& session, const Request& request) {
  OutputView output(standard_target(false, ProgressLine::Style::none), request.action);
  bool has_come = false;
  const auto reply = converse(session, request, [&](const Reply& line) {
    has_come = true;
    return show_line(session, request, line, output);
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

ExitCode run_action(const Options& options, const Command& command, const Session& session) {
  Outcome<Request> request;
  if (needs_catalogue(command)) {
    const auto schema = ask_for_modules(session);
    if (!schema) return report(session, schema.error());
    if (!schema->success && !may_go_without_schema(*schema)) return report(session, *schema);
    request = schema->success ? bind_with(command, *schema) : bind_command(command);
  } else {
    request = bind_command(command);
  }
  if (!request) return report(session, request.error());
  request->on_behalf_of = options.on_behalf_of;
  request->wait = options.job.wait;
  return request->wait ? show_ended_jobs(session, *request) : show_reply(session, *request);
}

ExitCode run(const Options& options) {
  const Session session = begin_session(options);
  const bool is_help = options.words.empty() || (options.help && is_job_word(options.words[0]));
  if (is_help) {
    std::cout << general_help();
    return finish(session, ExitCode::ok);
  }
  if (!options.help) {
    auto job_command = parse_job_command(options.words, options.job);
    if (!job_command) return report(session, job_command.error());
    if (*job_command) {
      (*job_command)->request.on_behalf_of = options.on_behalf_of;
      return run_job_command(session, **job_command, options.job);
    }
  }
  const auto command = parse_command(options.words);
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
