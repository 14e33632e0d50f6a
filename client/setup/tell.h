// mgrctl, with the caller's own uid. What `setup` says to the admin: before it writes, and when it
// has.
#pragma once

#include "client/setup/setup_plan.h"
#include "policy/explain.h"

namespace mgr::client {

// To standard error: what the file would mean beside the other rules, and what lint finds in it.
void tell_plan(const PresentPolicy& present, const SetupPlan& plan);

// What will be done, for who is asked whether it shall be; nothing where all is so already.
[[nodiscard]] std::vector<std::string> deeds_of(const PresentPolicy& present,
                                                const SetupPlan& plan);

// To standard output: what is left to do.
void tell_next_steps(const Options& options, const SetupPlan& plan);

}  // namespace mgr::client
