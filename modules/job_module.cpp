// Helper (root), pure; its arguments are typed already.
#include "modules/job_module.h"

namespace mgr {
namespace {

constexpr std::int64_t largest_id = (std::int64_t{1} << 53) - 1;
constexpr std::int64_t longest_seconds = 366 * 24 * 3600;

ArgumentType number(std::int64_t least, std::int64_t most, bool is_list = false) {
  ArgumentType type;
  type.kind = TypeKind::integer;
  type.is_list = is_list;
  type.least = least;
  type.most = most;
  return type;
}

ArgumentType text(std::size_t max_length) {
  ArgumentType type;
  type.max_length = max_length;
  return type;
}

ArgumentType choice(std::vector<std::string> choices, bool is_list) {
  ArgumentType type;
  type.kind = TypeKind::enumeration;
  type.is_list = is_list;
  type.choices = std::move(choices);
  return type;
}

const Argument one_id{"id", number(1, largest_id), true, "the job's number"};
const Argument of_module{"of_module", text(max_name_length), false, "of this module alone"};
const Argument tail{"tail", number(1, 100000), false, "only the last so many lines"};

const Argument from{"from", number(0, largest_id), false, "only from this position on"};

std::int64_t integer(const ActionCall& call, std::string_view name, std::int64_t otherwise) {
  const ArgumentValue* value = find_argument(call.arguments, name);
  return value == nullptr ? otherwise : std::get<std::int64_t>(value->items.front());
}

std::vector<std::string> texts(const ActionCall& call, std::string_view name) {
  std::vector<std::string> all;
  if (const ArgumentValue* value = find_argument(call.arguments, name)) {
    for (const Scalar& item : value->items) all.push_back(scalar_text(item));
  }
  return all;
}

// From whichever of id, ids, key, of_module, state, caller, mine and limit the action takes.
JobSelection selection(const ActionCall& call) {
  JobSelection selected;
  for (const char* name : {"id", "ids"}) {
    const ArgumentValue* value = find_argument(call.arguments, name);
    if (value == nullptr) continue;
    for (const Scalar& item : value->items) {
      selected.ids.push_back(static_cast<std::uint64_t>(std::get<std::int64_t>(item)));
    }
  }
  selected.keys = texts(call, "key");
  selected.states = texts(call, "state");
  const auto module = texts(call, "of_module");
  if (!module.empty()) selected.module = module.front();
  const std::int64_t uid = integer(call, "caller", -1);
  if (uid >= 0) selected.uid = static_cast<std::uint32_t>(uid);
  const ArgumentValue* mine = find_argument(call.arguments, "mine");
  selected.mine = mine != nullptr && std::get<bool>(mine->items.front());
  selected.most = static_cast<std::size_t>(integer(call, "limit", 1000));
  return selected;
}

// One way of saying which, so that nothing is stopped by a slip.
Result<Effect> stop(const ActionCall& call) {
  if (call.arguments.size() != 1) {
    return fail(ErrorCode::invalid_argument, "name one of ids, key, of_module and mine");
  }
  StopJobs effect{selection(call)};
  const JobSelection& selected = effect.selection;
  if (selected.ids.empty() && selected.keys.empty() && selected.module.empty() && !selected.mine) {
    return fail(ErrorCode::invalid_argument, "mine:no names no job");
  }
  effect.selection.alive_only = selected.ids.empty() && selected.keys.empty();
  effect.selection.most = SIZE_MAX;
  return effect;
}

Result<Effect> follow(const ActionCall& call, bool live) {
  return FollowJob{static_cast<std::uint64_t>(integer(call, "id", 0)),
                   static_cast<std::uint32_t>(integer(call, "tail", 0)),
                   static_cast<std::uint64_t>(integer(call, "from", 0)), live};
}

}  // namespace

JobModule::JobModule() : Module("job", "Jobs: what runs, what has run, and how it went") {
  add_queries();
  add(Proof::kernel,
      {"stop",
       "Stop jobs, whole process trees",
       {{"ids", number(1, largest_id, true), false, "their numbers"},
        {"key", text(max_value_length), false, "the job of this key, such as scan:17"},
        of_module,
        {"mine", {TypeKind::boolean}, false, "all of one's own"}},
       stop});
  add_streams();
  add(Proof::kernel,
      {"prune",
       "Forget ended jobs",
       {{"older_than", number(0, longest_seconds), false, "ended at least so many seconds ago"}},
       [](auto& call) -> Result<Effect> {
         PruneJobs effect{{}, std::chrono::seconds(integer(call, "older_than", 0))};
         return effect;
       }});
}

void JobModule::add_queries() {
  const Argument states{"state",
                        choice({"accepted", "queued", "running", "stopping", "succeeded", "failed",
                                "stopped", "timed-out", "lost"},
                               true),
                        false, "in one of these states"};
  const Argument caller{"caller", number(0, UINT32_MAX - 1), false, "asked for by this uid"};
  const Argument most{"limit", number(1, 1000), false, "the newest so many"};
  const Argument seconds{"limit", number(1, longest_seconds), false, "for so many seconds at most"};

  add(Proof::kernel, {"list", "The jobs", {states, of_module, caller, most}, [](auto& call) {
                        return QueryJobs{selection(call)};
                      }});
  add(Proof::kernel, {"show", "All that is known of a job", {one_id}, [](auto& call) {
                        return QueryJobs{selection(call), true};
                      }});
  add(Proof::kernel,
      {"wait",
       "Wait until jobs have ended",
       {{"ids", number(1, largest_id, true), true, "their numbers"}, seconds},
       [](auto& call) -> Result<Effect> {
         WaitForJobs effect{selection(call), std::chrono::seconds(integer(call, "limit", 0))};
         effect.selection.most = SIZE_MAX;
         return effect;
       }});
}

void JobModule::add_streams() {
  add(Proof::kernel, RunMode::stream,
      {"output", "What a job has printed", {one_id, tail, from}, [](auto& call) {
         return follow(call, false);
       }});
  add(Proof::kernel, RunMode::stream,
      {"follow", "What a job prints, until it has ended", {one_id, tail, from}, [](auto& call) {
         return follow(call, true);
       }});
  add(Proof::kernel, RunMode::stream,
      {"watch", "Every change of the jobs", {of_module}, [](auto& call) {
         return WatchJobs{selection(call)};
       }});
}

}  // namespace mgr
