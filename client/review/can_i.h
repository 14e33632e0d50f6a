// mgrctl, with the caller's own uid. What the caller may do: can-i. Distrusts the daemon's answers.
#pragma once

#include <string>

#include "client/json_value.h"
#include "client/options.h"
#include "client/session.h"

namespace mgr::client {

//   can-i [MODULE]               a table of what the caller may do
//   can-i MODULE ACTION          yes, on what conditions, or no
//   can-i MODULE ACTION VALUE…   yes or no for this request, by a dry run of it
// `yes` is exit code 0, `no` 126.
ExitCode run_can_i(const Options& options, const Session& session);

// The conditions of one of the actions that `mgr can-i` lists: "task_ids is 1..999 or 1200; or zone
// is a.org; unless task_ids is 7"; empty for none.
[[nodiscard]] std::string conditions_text(const JsonValue& action);

}  // namespace mgr::client
