// mgrctl, with the caller's own uid; distrusts the policy's author, and who can write its files.
#include "client/review/policy_lint.h"

#include <iostream>

#include "client/display.h"
#include "client/review/policy_source.h"
#include "client/review/policy_texts.h"
#include "policy/lint/lint.h"
#include "protocol/json.h"
#include "protocol/paths.h"

namespace mgr::client {
namespace {

std::string_view remedy_of(const Finding& finding) {
  const FindingCode* code = find_code(finding.code);
  return code == nullptr ? std::string_view() : code->remedy;
}

std::string text_of(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings) {
    text += harmless(finding.file) + ':' + std::to_string(finding.line) + ": " + finding.code +
            ": " + harmless(finding.text) + "\n    " + std::string(remedy_of(finding)) + '\n';
  }
  return text;
}

std::string json_of(const std::vector<Finding>& findings) {
  JsonWriter json;
  json.open_object().key("findings").open_array();
  for (const Finding& finding : findings) {
    const FindingCode* code = find_code(finding.code);
    json.open_object().member("file", finding.file).member("line", finding.line);
    json.member("code", finding.code);
    if (code != nullptr) json.member("severity", severity_name(code->severity));
    json.member("text", finding.text).member("remedy", remedy_of(finding)).close_object();
  }
  return json.close_array().member("count", findings.size()).close_object().take() + '\n';
}

}  // namespace

ExitCode run_policy_lint(const Options& options, const Session& session) {
  if (options.words.size() > 2) {
    return report(session, {Failure::Kind::invalid_request,
                            "policy lint takes no words; --files DIR says which policy"});
  }
  const auto policy = load_files(options, options.files);
  if (!policy) return report(session, policy.error());
  const std::string folder = options.files.value_or(Paths(options.root.value_or("")).etc());
  const auto findings =
      lint(policy->review, policy->admin_gid, SystemFileView(), read_policy_texts(folder));
  if (session.json) {
    std::cout << json_of(findings);
  } else {
    std::cout << text_of(findings);
    if (findings.empty() && !session.quiet) std::cout << "nothing found\n";
  }
  return finish(session, findings.empty() ? ExitCode::ok : ExitCode::failed);
}

}  // namespace mgr::client
