// mgrctl, with the caller's own uid; distrusts the policy and the expectations.
#include "client/review/policy_test.h"

#include <cerrno>
#include <cstring>
#include <iostream>

#include "client/display.h"
#include "client/inputs.h"
#include "client/review/expectation_check.h"
#include "client/review/load_policy.h"
#include "protocol/json.h"

namespace mgr::client {
namespace {

Outcome<std::vector<Expectation>> read_expectations(const std::vector<std::string>& files) {
  std::vector<Expectation> all;
  for (const std::string& file : files) {
    const auto text = read_body(file);
    if (!text) return tl::unexpected(text.error());
    auto some = parse_expectations({file, *text});
    if (!some) return failed(Failure::Kind::invalid_request, some.error().detail);
    all.insert(all.end(), some->begin(), some->end());
  }
  return all;
}

std::string place_of(const Expectation& expectation) {
  return expectation.file + ":" + std::to_string(expectation.line);
}

std::string title(const Expectation& expectation, const Checked& checked) {
  std::string text = place_of(expectation) + ": ";
  if (!checked.asked.caller.empty()) text += checked.asked.caller + ": ";
  text += checked.asked.request;
  return expectation.note.empty() ? text : text + " (" + expectation.note + ")";
}

void show(const Session& session, const Expectation& expectation, const Checked& checked) {
  if (checked.holds) {
    if (!session.quiet) std::cout << "ok    " << harmless(title(expectation, checked)) << '\n';
    return;
  }
  std::cout << "FAIL  " << harmless(title(expectation, checked)) << '\n'
            << "      " << harmless(checked.complaint) << '\n';
  for (std::string_view rest = checked.explanation; !rest.empty();) {
    const std::size_t end = rest.find('\n');
    std::cout << (end == 0 ? "" : "      ") << rest.substr(0, end) << '\n';
    rest.remove_prefix(std::min(end, rest.size() - 1) + 1);
  }
}

void write(JsonWriter& json, const Expectation& expectation, const Checked& checked) {
  json.open_object().member("place", place_of(expectation)).member("holds", checked.holds);
  json.member("caller", checked.asked.caller).member("request", checked.asked.request);
  json.member("expected", word_of(expectation.decision));
  if (!checked.decision.empty()) json.member("decision", checked.decision);
  if (!checked.rule.empty()) json.member("rule", checked.rule);
  if (!checked.holds) json.member("complaint", checked.complaint);
  if (!expectation.note.empty()) json.member("note", expectation.note);
  json.close_object();
}

}  // namespace

ExitCode run_policy_test(const Options& options, const Session& session) {
  const std::vector<std::string> files(options.words.begin() + 2, options.words.end());
  if (files.empty()) {
    return report(session, Failure{Failure::Kind::invalid_request, "policy test needs a FILE"});
  }
  const auto expectations = read_expectations(files);
  if (!expectations) return report(session, expectations.error());
  auto policy = load_policy(options, session);
  if (!policy) return policy.error();

  ExpectationCheck check(std::move(policy->review));
  std::size_t failures = 0;
  JsonWriter json;
  json.open_object().key("expectations").open_array();
  for (const Expectation& expectation : *expectations) {
    const Checked checked = check.check(expectation);
    if (!checked.holds) ++failures;
    if (session.json) {
      write(json, expectation, checked);
    } else {
      show(session, expectation, checked);
    }
  }
  json.close_array().member("count", expectations->size()).member("failed", failures);
  if (session.json) {
    Reply line;
    line.line = json.close_object().take();
    std::cout << json_text(line);
  } else if (!session.quiet) {
    const std::size_t count = expectations->size();
    std::cout << count << (count == 1 ? " expectation, " : " expectations, ") << count - failures
              << (count - failures == 1 ? " holds\n" : " hold\n");
  }
  return finish(session, failures == 0 ? ExitCode::ok : ExitCode::failed);
}

}  // namespace mgr::client
