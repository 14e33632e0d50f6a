// mgrctl, with the caller's own uid. Waits for the reply to a request whose jobs must end first,
// and shows meanwhile how far they are. Distrusts both answers that it reads.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>

#include "client/jobs/job.h"
#include "client/jobs/progress.h"
#include "client/session.h"

namespace mgr::client {

// True for a job that the request is about.
using IsOurs = std::function<bool(const Job&)>;

// The jobs that the caller starts with this request from now on, as far as can be told before its
// reply: of its module and action, by this key, or by this uid where it is not signed (an empty
// `key`), accepted from now on. For showing alone.
[[nodiscard]] IsOurs started_by(const Request& request, const std::string& key);

// The jobs with these ids.
[[nodiscard]] IsOurs with_ids(const std::vector<std::uint64_t>& ids);

// A label, and how far these jobs are together: "scan:17" and its percentage, or "3 jobs, 1 ended"
// and the mean. `jobs` is not empty.
[[nodiscard]] std::pair<std::string, Progress> progress_of(
    const std::map<std::uint64_t, Job>& jobs);

// Asks, and returns the one line of the reply. What is shown comes from `job watch` on a connection
// of its own: where the policy does not allow that, nothing is shown, and the reply is the same.
[[nodiscard]] Outcome<Reply> ask_with_progress(const Session& session, const Request& request,
                                               const IsOurs& is_ours, ProgressLine& progress);

}  // namespace mgr::client
