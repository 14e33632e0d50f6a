// mgrctl, with the caller's own uid; distrusts the schema.
#include "client/question.h"

#include <chrono>

#include "client/binding.h"
#include "client/inputs.h"
#include "protocol/error.h"

namespace mgr::client {
namespace {

Outcome<Question> bind_with(const Options& options, const Command& command, const Reply& schema,
                            Session& session) {
  const auto catalogue = parse_catalogue(schema.data_json);
  if (!catalogue) return tl::unexpected(catalogue.error());
  const auto chosen = choose_action(command, *catalogue);
  if (!chosen) return tl::unexpected(chosen.error());
  const ActionMode mode = chosen->action->mode;
  const bool answers_with_command = mode == ActionMode::output || mode == ActionMode::stream;
  session.is_patient = answers_with_command && !options.dry_run;
  if (session.is_patient) session.rule = ExitRule::wait;  // low numbers are the command's
  auto request = bind_values(command, *chosen);
  if (!request) return tl::unexpected(request.error());
  InputOptions input = options.input;
  input.over_network = asks_over_network(session.choice);
  input.yes = input.yes || options.dry_run;
  const auto begin = std::chrono::steady_clock::now();
  const auto added = add_inputs(*request, *chosen, input);
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

// A policy may grant an action without granting the schema; the helper checks the arguments anyway.
bool may_go_without_schema(const Reply& refusal) {
  const auto code = static_cast<ErrorCode>(refusal.err_code);
  return code == ErrorCode::denied || code == ErrorCode::unauthenticated ||
         code == ErrorCode::unknown_action;
}

}  // namespace

Outcome<Reply> ask_for_modules(const Session& session) {
  return ask(session, {"mgr", "modules", {}, {}});
}

Outcome<tl::expected<Question, Reply>> make_question(const Options& options, const Command& command,
                                                     Session& session) {
  if (options.dry_run) session.rule = ExitRule::request;  // no job has a status to give
  Outcome<Question> question;
  if (needs_catalogue(command)) {
    auto schema = ask_for_modules(session);
    if (!schema) return tl::unexpected(schema.error());
    if (!schema->success && !may_go_without_schema(*schema)) {
      return tl::expected<Question, Reply>(tl::unexpected(std::move(*schema)));
    }
    question = schema->success ? bind_with(options, command, *schema, session)
                               : bind_without(options, command);
  } else {
    question = bind_without(options, command);
  }
  if (!question) return tl::unexpected(question.error());
  question->request.on_behalf_of = options.on_behalf_of;
  question->request.request_id = options.request_id;
  return tl::expected<Question, Reply>(std::move(*question));
}

}  // namespace mgr::client
