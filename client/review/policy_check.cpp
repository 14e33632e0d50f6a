// mgrctl, with the caller's own uid; distrusts the policy's author.
#include "client/review/policy_check.h"

#include <unistd.h>

#include <iostream>

#include "client/display.h"
#include "client/review/run_configure.h"
#include "protocol/json.h"

namespace mgr::client {
namespace {

struct Look {
  std::vector<std::string> arguments;   // for mgr-configure
  std::vector<std::string> left_out{};  // what is not looked at, for people
};

Look plan_look(const Options& options) {
  Look look;
  if (options.root) look.arguments = {"--root", *options.root};
  if (!options.files && geteuid() == 0) {
    look.arguments.emplace_back("--check");
    return look;
  }
  look.arguments.emplace_back("--review");
  if (options.files) {
    look.arguments.insert(look.arguments.end(), {"--folder", *options.files});
    look.left_out.emplace_back("ownership not checked: who owns the files, and who may write them");
  }
  look.left_out.emplace_back(
      "machine not checked: the daemons' users, the cgroup, namespaces and capabilities");
  return look;
}

std::string json_of(const CompileOutcome& outcome, const Look& look) {
  JsonWriter json;
  json.open_object().member("valid", outcome.error.empty());
  if (!outcome.error.empty()) json.member("error", outcome.error);
  json.key("warnings").open_array();
  for (const std::string& warning : outcome.warnings) json.value(warning);
  json.close_array().key("not_checked").open_array();
  for (const std::string& part : look.left_out) json.value(part);
  return json.close_array().close_object().take() + '\n';
}

// As mgr-helper --check has it.
void print(const CompileOutcome& outcome, const Look& look, bool quiet) {
  for (const std::string& warning : outcome.warnings) {
    std::cerr << "mgrctl: warning: " << harmless(warning) << '\n';
  }
  if (!outcome.error.empty()) {
    std::cerr << "mgrctl: " << harmless(outcome.error) << '\n';
  } else if (!quiet) {
    std::cout << "the configuration is valid\n";
    for (const std::string& part : look.left_out) std::cout << part << '\n';
  }
}

}  // namespace

ExitCode run_policy_check(const Options& options, const Session& session) {
  if (options.words.size() > 2) {
    return report(session, {Failure::Kind::invalid_request,
                            "policy check takes no words; --files DIR says which policy"});
  }
  const Look look = plan_look(options);
  const auto outcome = run_configure(options.libexec, look.arguments);
  if (!outcome) return report(session, outcome.error());
  if (session.json) {
    std::cout << json_of(*outcome, look);
  } else {
    print(*outcome, look, session.quiet);
  }
  return finish(session, outcome->error.empty() ? ExitCode::ok : ExitCode::usage);
}

}  // namespace mgr::client
