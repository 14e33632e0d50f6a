// mgrctl, with the caller's own uid; distrusts the daemon's answers.
#include "client/review/load_policy.h"

#include <iostream>

namespace mgr::client {
namespace {

constexpr const char* hint = "--files DIR looks at a policy's files and asks nobody";

}  // namespace

tl::expected<SourcedPolicy, ExitCode> load_policy(const Options& options, const Session& session) {
  if (options.files) {
    auto policy = load_files(options, options.files);
    if (!policy) return tl::unexpected(report(session, policy.error()));
    return std::move(*policy);
  }
  auto answer = load_running(session);
  if (answer && *answer) return std::move(**answer);
  const ExitCode code = answer ? report(session, answer->error()) : report(session, answer.error());
  if (!session.quiet) std::cerr << "mgrctl: " << hint << '\n';
  return tl::unexpected(code);
}

}  // namespace mgr::client
