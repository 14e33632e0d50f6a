// mgrctl, with the caller's own uid; distrusts the daemon's answers.
#include "client/session.h"

#include <unistd.h>

#include <iostream>

#include "client/display.h"
#include "client/signing_hint.h"

namespace mgr::client {
namespace {

ExitRule rule_for(const Options& options) {
  const auto& words = options.words;
  const bool waits = (!words.empty() && words[0] == "wait") ||
                     (words.size() > 1 && words[0] == "job" && words[1] == "wait");
  return options.job.wait || waits ? ExitRule::wait : ExitRule::request;
}

ExitCode say(const std::string& what, ExitCode code) {
  std::cout.flush();  // so that both are in order where they go to one place
  std::cerr << "mgrctl: " << what << '\n';
  return code;
}

}  // namespace

Deadline Session::deadline_for(const Request& request) const {
  return is_patient || client::is_patient(request) ? patience : deadline;
}

void Session::pause(std::chrono::steady_clock::duration time) {
  for (Deadline* until : {&deadline, &patience}) {
    if (*until != no_deadline) *until += time;
  }
}

Outcome<Exchange> begin(const Session& session, const Request& request) {
  const auto server = choose_server(session.choice);
  if (!server) return tl::unexpected(server.error());
  return Exchange::begin(*server, request, session.deadline);
}

Outcome<Reply> ask(const Session& session, const Request& request) {
  const auto server = choose_server(session.choice);
  if (!server) return tl::unexpected(server.error());
  return ask(*server, request, session.deadline);
}

std::string signing_key_of(const Session& session) {
  const auto server = choose_server(session.choice);
  return server && server->signer ? server->signer->key.id : "";
}

Session begin_session(const Options& options) {
  const Deadline deadline = std::chrono::steady_clock::now() + options.timeout;
  return {with_environment({.socket = options.socket,
                            .host = options.host,
                            .root = options.root,
                            .key_file = options.key_file,
                            .no_sign = options.no_sign}),
          deadline,
          options.timeout_given ? deadline : no_deadline,
          rule_for(options),
          options.json && !options.quiet,
          options.quiet};
}

ExitCode report(const Session& session, const Failure& failure) {
  return say(render_failure(failure), exit_code(failure, session.rule));
}

ExitCode report(const Session& session, const Reply& refusal) {
  const ExitCode code = say(render_refusal(refusal), exit_code(refusal, session.rule));
  const std::string hint = signing_hint(refusal, session.choice);
  if (!hint.empty() && !session.quiet) std::cerr << "mgrctl: " << hint << '\n';
  return code;
}

ExitCode report_unanswered(const Session& session, Failure failure) {
  if (leaves_doubt(failure.kind)) failure.detail += "; it may have been carried out";
  return report(session, failure);
}

ExitCode finish(const Session& session, ExitCode code) {
  std::cout.flush();
  if (std::cout) return code;
  std::cerr << "mgrctl: cannot write the output\n";
  if (session.rule == ExitRule::wait) return ExitCode::mgr_failed;
  return code == ExitCode::ok ? ExitCode::failed : code;
}

std::string json_text(const Reply& reply) {
  const auto document = parse_json(reply.line);
  if (!document || ::isatty(STDOUT_FILENO) == 0) return reply.line + '\n';
  return to_pretty_json(*document) + '\n';
}

Outcome<Reply> converse(const Session& session, const Request& request, const TakeReply& take) {
  auto exchange = begin(session, request);
  if (!exchange) return tl::unexpected(exchange.error());
  for (Deadline until = session.deadline_for(request);; until = session.patience) {
    auto reply = exchange->next(until);
    if (!reply) return reply;
    if (session.json) {
      std::cout << json_text(*reply) << std::flush;
    } else if (reply->success) {
      const auto taken = take(*reply);
      if (!taken) return tl::unexpected(taken.error());
    }
    if (!reply->success || !reply->more || !std::cout) return reply;
  }
}

}  // namespace mgr::client
