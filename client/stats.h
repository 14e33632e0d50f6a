// mgrctl, with the caller's own uid. Distrusts the daemon's answers: what it does not know by name
// is passed over, and what is printed is numbers.
#pragma once

#include <string>

#include "client/json_value.h"
#include "client/options.h"
#include "client/session.h"

namespace mgr::client {

// `mgrctl stats`: a table, the reply (--json), or the text format of Prometheus (--prometheus).
ExitCode run_stats(const Options& options, const Session& session);

// The data of `mgr stats` in the text exposition format 0.0.4: HELP, TYPE and the sample of every
// number, mgr_helper_… and mgr_broker_…, those that only grow with _total. The broker's are its own
// word. A number that is not there has no lines.
[[nodiscard]] std::string prometheus_text(const JsonValue& data);

// The same numbers as a table.
[[nodiscard]] std::string stats_table(const JsonValue& data);

}  // namespace mgr::client
