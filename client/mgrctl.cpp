// mgrctl, with the caller's own uid: the admin's command line. Distrusts the daemon's answers.
#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include "client/client.h"
#include "client/command.h"
#include "client/display.h"
#include "client/exit_code.h"
#include "client/help.h"
#include "client/options.h"
#include "protocol/error.h"

namespace mgr::client {
namespace {

// How to reach the daemon, for as long as mgrctl runs.
struct Link {
  std::string socket_path;
  Deadline deadline;
};

ExitCode report(const Failure& failure) {
  std::cerr << "mgrctl: " << render_failure(failure) << '\n';
  return exit_code(failure);
}

// Of the request itself: asking for the schema starts nothing.
ExitCode report_unanswered(Failure failure) {
  if (leaves_doubt(failure.kind)) failure.detail += "; it may have been carried out";
  return report(failure);
}

ExitCode report(const Reply& refusal) {
  std::cerr << "mgrctl: " << render_refusal(refusal) << '\n';
  return exit_code(refusal);
}

ExitCode finish(ExitCode code) {
  std::cout.flush();
  if (std::cout) return code;
  std::cerr << "mgrctl: cannot write the output\n";
  return code == ExitCode::ok ? ExitCode::failed : code;
}

Outcome<Reply> ask_for_modules(const Link& link) {
  return ask(link.socket_path, {"mgr", "modules", {}, {}}, link.deadline);
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

std::string json_text(const Reply& reply) {
  const auto document = parse_json(reply.line);
  if (!document || ::isatty(STDOUT_FILENO) == 0) return reply.line + '\n';
  return to_pretty_json(*document) + '\n';
}

// The text for people; that of `mgr modules` is its catalogue.
Outcome<std::string> human_text(const Request& request, const Reply& reply) {
  if (request.module != "mgr" || request.action != "modules") return render_success(reply);
  return parse_catalogue(reply.data_json).map(catalogue_help);
}

ExitCode show(const Options& options, const Request& request, const Reply& reply) {
  if (options.json && !options.quiet) {
    std::cout << json_text(reply);
    return finish(exit_code(reply));
  }
  if (!reply.success) return report(reply);
  const auto text = human_text(request, reply);
  if (!text) return report(text.error());
  if (!options.quiet) std::cout << *text;
  return finish(ExitCode::ok);
}

ExitCode show_help(const Command& command, const Link& link) {
  const auto schema = ask_for_modules(link);
  if (!schema) return report(schema.error());
  if (!schema->success) return report(*schema);
  const auto catalogue = parse_catalogue(schema->data_json);
  if (!catalogue) return report(catalogue.error());
  const ModuleHelp* module = catalogue->find(command.module);
  const ActionHelp* action = module == nullptr ? nullptr : module->find(command.action);
  if (module != nullptr && (action != nullptr || command.action.empty())) {
    std::cout << (action == nullptr ? module_help(*module) : action_help(*module, *action));
    return finish(ExitCode::ok);
  }
  return report(bind_command(command, *catalogue).error());  // which says what there is
}

ExitCode carry_out(const Options& options, const Command& command, const Link& link) {
  Outcome<Request> request;
  if (needs_catalogue(command)) {
    const auto schema = ask_for_modules(link);
    if (!schema) return report(schema.error());
    if (!schema->success && !may_go_without_schema(*schema)) return report(*schema);
    request = schema->success ? bind_with(command, *schema) : bind_command(command);
  } else {
    request = bind_command(command);
  }
  if (!request) return report(request.error());
  request->on_behalf_of = options.on_behalf_of;
  const auto reply = ask(link.socket_path, *request, link.deadline);
  return reply ? show(options, *request, *reply) : report_unanswered(reply.error());
}

ExitCode run(const Options& options) {
  if (options.words.empty()) {
    std::cout << general_help();
    return finish(ExitCode::ok);
  }
  const auto command = parse_command(options.words);
  if (!command) return report(command.error());
  const Link link{choose_socket_path(options.socket, options.root, std::getenv("MGR_SOCKET")),
                  std::chrono::steady_clock::now() + options.timeout};
  return options.help ? show_help(*command, link) : carry_out(options, *command, link);
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
