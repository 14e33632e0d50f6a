// mgrctl, with the caller's own uid; distrusts the daemon's answers.
#include "client/review/load_policy.h"

#include <iostream>

namespace mgr::client {
namespace {

constexpr const char* hint = "--files DIR looks at a policy's files and asks nobody";

tl::expected<SourcedPolicy, ExitCode> load_from(const Options& options, const Session& session) {
  auto policy = load_files(options, options.files);
  if (policy) return std::move(*policy);
  const ExitCode code = report(session, policy.error());
  const bool is_mistake = policy.error().kind == Failure::Kind::invalid_request;
  return tl::unexpected(is_mistake ? ExitCode::failed : code);
}

}  // namespace

tl::expected<SourcedPolicy, ExitCode> load_policy(const Options& options, const Session& session) {
  if (options.files) return load_from(options, session);
  auto answer = load_running(session);
  if (answer && *answer) return std::move(**answer);
  const ExitCode code = answer ? report(session, answer->error()) : report(session, answer.error());
  if (!session.quiet) std::cerr << "mgrctl: " << hint << '\n';
  return tl::unexpected(code);
}

}  // namespace mgr::client
