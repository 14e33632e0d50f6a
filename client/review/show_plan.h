// mgrctl, with the caller's own uid. What a request would do: --dry-run. Distrusts the daemon's
// answer.
#pragma once

#include <string>
#include <string_view>

#include "client/json_value.h"
#include "client/session.h"

namespace mgr::client {

// Asks with mgr-dry-run, and prints the plan or the refusal.
ExitCode show_plan(const Session& session, Request request);

// The data of a dry run for people: the rule, each job's command, and a line for each setting.
[[nodiscard]] std::string plan_text(const JsonValue& plan);

// One word of a shell (sh(1)), harmless to a terminal.
[[nodiscard]] std::string shell_word(std::string_view text);

}  // namespace mgr::client
