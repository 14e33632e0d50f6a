// mgrctl, with the caller's own uid; distrusts the daemon's answers.
#include "client/reload.h"

#include <iostream>

#include "client/display.h"
#include "client/json_value.h"

namespace mgr::client {
namespace {

void say_each(const JsonValue& data, std::string_view name, const char* before, const char* after) {
  const JsonValue* texts = data.find(name);
  if (texts == nullptr) return;
  for (const JsonValue& text : texts->items) {
    std::cerr << before << harmless(text.text) << after << '\n';
  }
}

Outcome<void> show(const Reply& reply) {
  const auto data = parse_json(reply.data_json);
  if (!data) return failed(Failure::Kind::bad_reply, "it does not say how the reload went");
  say_each(*data, "warnings", "mgrctl: warning: ", "");
  say_each(*data, "restart", "mgrctl: warning: ", " counts from a restart of mgr-helper");
  return {};
}

}  // namespace

Outcome<Reply> reload(const Session& begun, const std::string& on_behalf_of) {
  Session session = begun;
  session.is_patient = true;  // a database of users may make the helper wait
  return converse(session, {"mgr", "reload", {}, on_behalf_of}, show);
}

ExitCode run_reload(const Options& options, const Session& session) {
  if (options.words.size() != 1) {
    return report(session, Failure{Failure::Kind::invalid_request, "reload takes no values"});
  }
  const auto reply = reload(session, options.on_behalf_of);
  if (!reply) return report_unanswered(session, reply.error());
  if (!reply->success && !session.json) {
    const ExitCode code = report(session, *reply);
    if (code == ExitCode::failed) std::cerr << "mgrctl: the old configuration stays in force\n";
    return code;
  }
  if (!session.quiet && !session.json) std::cout << "reloaded\n";
  return finish(session, exit_code(*reply));
}

InForce put_in_force(const Options& options, Session session) {
  session.choice.env_host.reset();
  const auto reply = reload(session, options.on_behalf_of);
  if (reply && reply->success) return {InForce::When::now, ExitCode::ok};
  if (reply) {
    const ExitCode code = report(session, *reply);
    const bool is_mistake = code == ExitCode::failed;
    return {is_mistake ? InForce::When::refused : InForce::When::not_yet, code};
  }
  const bool is_down = reply.error().kind == Failure::Kind::cannot_connect;
  const ExitCode code = report_unanswered(session, reply.error());
  if (is_down) return {InForce::When::next_start, ExitCode::ok};
  return {InForce::When::not_yet, code};
}

void say_when(const InForce& in_force, const std::string& what) {
  if (in_force.when == InForce::When::now) return;
  const bool is_down = in_force.when == InForce::When::next_start;
  std::cerr << "mgrctl: " << harmless(what) << " is written, and counts from "
            << (is_down ? "the next start of mgr-helper\n" : "`mgrctl reload`; not yet\n");
}

}  // namespace mgr::client
