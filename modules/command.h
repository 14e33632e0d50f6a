// From the command pattern of modules.d to argv. Pure; distrusts the arguments' text.
#pragma once

#include <string>
#include <vector>

#include "modules/effect.h"
#include "policy/run_settings.h"

namespace mgr {

// Expands each element: `{name}` becomes the text of that argument (a list joined by commas) and
// stays inside its element; an element that is `{name...}` becomes one element for each item.
// Fails with invalid_argument where an argument that the pattern names was not given.
[[nodiscard]] Result<std::vector<std::string>> expand_command(
    const std::vector<std::string>& pattern, const ArgumentValues& arguments);

// The plan of one job: `run` with its command expanded, its input, and the arguments as the record
// keeps them, all in the order of the declaration. An element that is all of an argument which may
// be left out, and was, is not in the command. A path is in the command as the descriptor under
// which mgr-job opens it, /proc/self/fd/N. A secret is in the input alone: a line for each that is
// declared, empty where it was not given. `body` is the input where a blob is declared.
[[nodiscard]] Result<JobPlan> plan_job(std::string key, const RunSettings& run,
                                       const std::vector<Argument>& declared,
                                       const ArgumentValues& arguments, std::string_view body = {});

}  // namespace mgr
