// What callers are told of the configuration by the helper, which only passes it on: how commands
// are run, and the conditions of rules. mgr-configure alone, pure.
#pragma once

#include <string>

#include "policy/policy.h"
#include "policy/run_settings.h"

namespace mgr {

// Every setting but argv, paths and input, which are a request's: {"environment":["PATH=…"],
// "user":"bind","uid":105,…}. A limit that is not set is not there.
[[nodiscard]] std::string run_json(const RunSettings& run);

// {"task_ids":["1..999"]}; all of them must hold.
[[nodiscard]] std::string where_json(const Rule& rule);

}  // namespace mgr
