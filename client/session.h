// mgrctl, with the caller's own uid. What one run of it needs everywhere: how to reach the daemon,
// how long to wait, and how to end. Distrusts the daemon's answers.
#pragma once

#include <functional>
#include <string>

#include "client/client.h"
#include "client/exit_code.h"
#include "client/options.h"

namespace mgr::client {

struct Session {
  ServerChoice choice;
  Deadline deadline;                // of what is answered at once
  Deadline patience = no_deadline;  // of what waits for jobs: only --timeout sets one
  ExitRule rule = ExitRule::request;
  bool json = false;
  bool quiet = false;
  bool is_patient = false;  // whatever is asked: its answer waits for a command

  // So much time went by for the person in front of it, and counts for nothing.
  void pause(std::chrono::steady_clock::duration time);

  // When the first line of the reply must be there; for those after it, that is `patience`.
  [[nodiscard]] Deadline deadline_for(const Request& request) const;
};

// The server is chosen when it is asked, so that what asks nobody needs neither a key nor a host.
// Until the session's deadline.
[[nodiscard]] Outcome<Exchange> begin(const Session& session, const Request& request);
[[nodiscard]] Outcome<Reply> ask(const Session& session, const Request& request);

// The id of the key that it signs with; empty where it signs nothing, or cannot.
[[nodiscard]] std::string signing_key_of(const Session& session);

// The session that the options ask for, begun now.
[[nodiscard]] Session begin_session(const Options& options);

// Prints what went wrong to standard error, and gives the exit code for it.
ExitCode report(const Session& session, const Failure& failure);
ExitCode report(const Session& session, const Reply& refusal);
// Of a request that was to change something: where the answer is lost it may have been carried out.
ExitCode report_unanswered(const Session& session, Failure failure);

// The code, where all output could be written; otherwise says so.
ExitCode finish(const Session& session, ExitCode code);

// The reply as --json shows it: the line as it came, or indented on a terminal.
[[nodiscard]] std::string json_text(const Reply& reply);

// Gets each line of a reply that is a success.
using TakeReply = std::function<Outcome<void>(const Reply&)>;

// Asks, and hands each line of the reply to `take` as it comes; with --json they are printed
// instead. Returns the last line, or a refusal.
[[nodiscard]] Outcome<Reply> converse(const Session& session, const Request& request,
                                      const TakeReply& take);

}  // namespace mgr::client
