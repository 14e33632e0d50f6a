// What a module's handler returns: a plan. A module does nothing itself; the helper carries
// effects out. Pure data. Each effect has a word, which a dry run tells.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "policy/run_settings.h"
#include "protocol/field.h"

namespace mgr {

// What becomes of a job while others are alive, but for those of mode output and stream: it starts
// beside them; it is refused with conflict, which names them; or it waits until they have ended,
// and as long as it is alive no new job is accepted.
enum class OtherJobs : std::uint8_t { beside, conflict, waited_for };

// One job to start. `key` is its job key ("scan:17"), at most one live job a key; "" for none.
struct JobPlan {
  std::string key;
  std::vector<Field> arguments;  // for the record
  RunSettings run;               // its argv expanded
  std::string input{};           // what its command reads (run.input)
  OtherJobs others = OtherJobs::beside;
  std::chrono::milliseconds delay{0};  // what it is for happens so long after its start
  bool this_boot = false;              // not started any more when the machine has been restarted
  bool urgent = false;                 // starts on a full disk, and where no more may run, too
};

// Answers at once with this data (a JSON object, "" for none).
struct Reply {
  static constexpr const char* word = "reply";
  std::string data;
};

// Starts a job for each plan whose key has none alive; an equal one that is alive is reported
// instead, another is a conflict. All or none. One whose mode is not job is alone, and without key.
struct StartJobs {
  static constexpr const char* word = "start_jobs";
  std::vector<JobPlan> jobs;
};

// Which jobs, of those that the caller may see. Every key and id must have one.
struct JobSelection {
  std::string module{};                // "": of all modules
  std::vector<std::string> keys{};     // narrowed to these; for each its newest job
  std::vector<std::uint64_t> ids{};    // narrowed to these
  std::vector<std::string> states{};   // narrowed to these, "running" and so on
  std::optional<std::uint32_t> uid{};  // narrowed to those that this uid asked for
  bool mine = false;                   // narrowed to the caller's own
  bool alive_only = false;
  bool newest_of_key = false;             // for each key its newest alone
  std::size_t most = SIZE_MAX;            // the newest so many
  std::string_view none = "no such job";  // the detail of not_found
};

// Stops the live jobs selected, whole trees, and answers when they are gone.
struct StopJobs {
  static constexpr const char* word = "stop_jobs";
  JobSelection selection;
};

// Answers with the jobs selected.
struct QueryJobs {
  static constexpr const char* word = "query_jobs";
  JobSelection selection;
  bool details = false;
};

// Answers when all of the jobs selected have ended, or with timeout after `limit`.
struct WaitForJobs {
  static constexpr const char* word = "wait_for_jobs";
  JobSelection selection;
  std::chrono::seconds limit{0};  // 0: none
};

// Answers with every change of the jobs selected, as long as the client is there.
struct WatchJobs {
  static constexpr const char* word = "watch_jobs";
  JobSelection selection;
};

// Answers with what a job has printed, and with `live` goes on until it has ended.
struct FollowJob {
  static constexpr const char* word = "follow_job";
  std::uint64_t id = 0;
  std::uint32_t tail = 0;  // the last so many lines of what is there; 0: all
  std::uint64_t from = 0;  // what stands before this position is known already
  bool live = false;
};

// Takes the records of ended jobs away.
struct PruneJobs {
  static constexpr const char* word = "prune_jobs";
  JobSelection selection;
  std::chrono::seconds older_than{0};
};

// Answers with what the policy lets the caller do.
struct TellAbilities {
  static constexpr const char* word = "tell_abilities";
  std::string module{}, action{};  // narrowed to these; "": all
};

// Answers with what mgr has counted.
struct TellStats {
  static constexpr const char* word = "tell_stats";
};

// Reads the configuration again, and answers when it is in force.
struct ReloadConfiguration {
  static constexpr const char* word = "reload_configuration";
};

using Effect = std::variant<Reply, StartJobs, StopJobs, PruneJobs, QueryJobs, WaitForJobs,
                            WatchJobs, FollowJob, TellAbilities, TellStats, ReloadConfiguration>;

// True for what changes the machine: audited on disk before it is carried out.
[[nodiscard]] inline bool has_effect(const Effect& effect) {
  return std::holds_alternative<StartJobs>(effect) || std::holds_alternative<StopJobs>(effect) ||
         std::holds_alternative<PruneJobs>(effect) ||
         std::holds_alternative<ReloadConfiguration>(effect);
}

// True for what may answer with many lines: its connection carries nothing else from then on.
[[nodiscard]] inline bool is_stream(const Effect& effect) {
  const auto* start = std::get_if<StartJobs>(&effect);
  const bool starts_stream =
      start != nullptr && !start->jobs.empty() && start->jobs.front().run.mode == RunMode::stream;
  return starts_stream || std::holds_alternative<WatchJobs>(effect) ||
         std::holds_alternative<FollowJob>(effect);
}

}  // namespace mgr
