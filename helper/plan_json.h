// What a request would do, in the words of JSON: the answer to mgr-dry-run. Helper, root; pure.
#pragma once

#include <string>

#include "modules/effect.h"
#include "modules/module.h"

namespace mgr {

// Fails as the job itself would where the machine lacks the user that it runs as.
[[nodiscard]] Result<void> check_user(const RunSettings& run);

// {"decision":"allow","rule":"/etc/mgr/policy.toml:14","mode":"job","run":{"user":…},"jobs":[{"key":
// "","argv":[…],"paths":[],"input":"nothing"}]}, and of a job, where it is so, "others":"conflict"
// or "waited_for" and "delay_ms":600000; of what starts nothing
// {"decision":…,"rule":…,"effect":"stop_jobs"}. A secret is not in it.
[[nodiscard]] Result<std::string> plan_object(const Action& action, const Rule& rule,
                                              const Effect& effect);

}  // namespace mgr
