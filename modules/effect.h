// What a module's handler returns: a plan. A module does nothing itself; the helper carries
// effects out. Pure data.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "policy/run_settings.h"
#include "protocol/field.h"

namespace mgr {

// One job to start. `key` is its job key ("scan:17"), at most one live job a key; "" for none.
struct JobPlan {
  std::string key;
  std::vector<Field> arguments;  // for the record
  RunSettings run;               // its argv expanded
};

// Answers at once with this data (a JSON object, "" for none).
struct Reply {
  std::string data;
};

// Starts a job for each plan whose key has none alive; the rest are reported as running already.
struct StartJobs {
  std::vector<JobPlan> jobs;
};

// Which jobs: all of a module, narrowed to keys where there are any.
struct JobSelection {
  std::string module;
  std::vector<std::string> keys;
};

// Stops the live jobs selected, whole trees, and answers when they are gone.
struct StopJobs {
  JobSelection selection;
};

// Answers with the jobs selected: for each key its newest. `live_only` leaves the ended out.
struct QueryJobs {
  JobSelection selection;
  bool live_only = false;
};

using Effect = std::variant<Reply, StartJobs, StopJobs, QueryJobs>;

// True for what changes the machine: audited on disk before it is carried out.
[[nodiscard]] inline bool has_effect(const Effect& effect) {
  return std::holds_alternative<StartJobs>(effect) || std::holds_alternative<StopJobs>(effect);
}

}  // namespace mgr
