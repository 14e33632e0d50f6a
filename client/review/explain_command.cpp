// mgrctl, with the caller's own uid; distrusts the policy that it explains.
#include "client/review/explain_command.h"

#include <unistd.h>

#include <algorithm>
#include <iostream>

#include "client/binding.h"
#include "client/command.h"
#include "client/review/caller.h"
#include "client/review/explanation_text.h"
#include "client/review/known_catalogue.h"
#include "client/review/load_policy.h"

namespace mgr::client {
namespace {

Outcome<Command> read_command(const Options& options) {
  if (options.words.size() < 2) {
    return failed(Failure::Kind::invalid_request, "explain needs MODULE ACTION [VALUE…]");
  }
  const std::vector<std::string> words(options.words.begin() + 1, options.words.end());
  return parse_command(words, options.plain_from == SIZE_MAX ? SIZE_MAX : options.plain_from - 1);
}

Outcome<Question> bind(const Command& command, const std::vector<KnownModule>& known) {
  const Catalogue catalogue = catalogue_of(known);
  const auto chosen = choose_action(command, catalogue);
  if (!chosen) return tl::unexpected(chosen.error());
  auto request = bind_values(command, *chosen);
  if (!request) return tl::unexpected(request.error());
  Question question;
  question.module = std::move(request->module);
  question.action = std::move(request->action);
  question.arguments = std::move(request->arguments);
  return question;
}

ExitCode exit_code_of(Verdict verdict) {
  if (verdict == Verdict::allow) return ExitCode::ok;
  return verdict == Verdict::deny ? ExitCode::denied : ExitCode::usage;
}

ExitCode show(const Session& session, const Explanation& found, const Asked& asked) {
  if (session.json) {
    Reply line;
    line.line = explanation_json(found, asked);
    std::cout << json_text(line);
  } else if (!session.quiet) {
    std::cout << explanation_text(found, asked);
  }
  return finish(session, exit_code_of(found.verdict));
}

// Who asks here: the key that signs by itself, too, where the policy that is looked at knows it. A
// working copy of the files may not.
std::optional<std::string> chosen_caller(const Options& options, const Session& session,
                                         const std::vector<DeclaredKey>& keys) {
  if (options.as) return options.as;
  const std::string key = signing_key_of(session);
  const bool is_known = std::ranges::any_of(
      keys, [&](const DeclaredKey& declared) { return declared.record.id == key; });
  return is_known ? std::optional("key:" + key) : std::nullopt;
}

bool is_plain(const std::string& word) {
  return std::ranges::all_of(word, [](char byte) {
    const bool letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
    return letter || (byte >= '0' && byte <= '9') ||
           std::string_view("_./:=,@%+-").find(byte) != std::string_view::npos;
  });
}

}  // namespace

ExitCode run_explain(const Options& options, const Session& session) {
  const auto command = read_command(options);
  if (!command) return report(session, command.error());
  auto policy = load_policy(options, session);
  if (!policy) return policy.error();
  const auto caller =
      find_caller(chosen_caller(options, session, policy->review.keys), policy->review.keys);
  if (!caller) return report(session, caller.error());
  const Explainer explainer(std::move(policy->review));
  auto question = bind(*command, explainer.known());
  if (!question && session.json) {
    Explanation invalid;
    invalid.reason = question.error().detail;
    return show(session, invalid, {caller_name(*caller), command->module + " " + command->action});
  }
  if (!question) return report(session, question.error());
  question->caller = *caller;
  return show(session, explainer.explain(*question),
              {caller_name(*caller), request_words(*question)});
}

std::string explain_hint(const Command& command, const std::string& key) {
  std::string hint =
      "mgrctl explain --as " + (key.empty() ? std::to_string(::geteuid()) : "key:" + key);
  hint += " " + command.module + " " + command.action;
  if (command.plain_from < command.values.size()) return hint + " …";
  for (const std::string& value : command.values) hint += is_plain(value) ? " " + value : " …";
  return hint;
}

}  // namespace mgr::client
