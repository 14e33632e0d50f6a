// mgrctl, with the caller's own uid.
#include "client/review/policy_command.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "client/review/policy_check.h"
#include "client/review/policy_lint.h"
#include "client/review/policy_test.h"

namespace mgr::client {
namespace {

struct PolicyWord {
  std::string_view word;
  ExitCode (*run)(const Options& options, const Session& session);
};

constexpr std::array policy_words{PolicyWord{"check", run_policy_check},
                                  PolicyWord{"lint", run_policy_lint},
                                  PolicyWord{"test", run_policy_test}};

Failure misused() {
  std::string words;
  for (const PolicyWord& known : policy_words) {
    words.append(words.empty() ? "" : ", ").append(known.word);
  }
  return {Failure::Kind::invalid_request, "policy needs one of: " + words};
}

}  // namespace

ExitCode run_policy(const Options& options, const Session& session) {
  const std::string word = options.words.size() > 1 ? options.words[1] : "";
  const auto* found = std::ranges::find(policy_words, word, &PolicyWord::word);
  if (found == policy_words.end()) return report(session, misused());
  return found->run(options, session);
}

}  // namespace mgr::client
