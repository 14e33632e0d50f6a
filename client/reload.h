// mgrctl, with the caller's own uid. Distrusts the daemon's answers.
#pragma once

#include "client/options.h"
#include "client/session.h"

namespace mgr::client {

// Has it done, and prints warnings as they come; the reply, or none.
[[nodiscard]] Outcome<Reply> reload(const Session& session, const std::string& on_behalf_of);

// `mgrctl reload`: has the running helper read its configuration again. Prints to standard error
// what the files are warned of, and what counts from a restart alone.
ExitCode run_reload(const Options& options, const Session& session);

// Whether what a command has written counts: now; from the next start, since no helper runs; not,
// since the helper found a mistake in the files; or not yet, for another reason.
struct InForce {
  enum class When { now, next_start, refused, not_yet } when = When::not_yet;
  ExitCode code = ExitCode::ok;  // but for the first two: why
};

// Has this machine's helper load its files again, whatever the environment says of another host,
// and prints what goes wrong.
[[nodiscard]] InForce put_in_force(const Options& options, Session session);

// For people, on standard error, of what does not count now; `what` was written.
void say_when(const InForce& in_force, const std::string& what);

}  // namespace mgr::client
