// Helper (root), pure; its arguments are typed already.
#include "modules/scan.h"

#include <algorithm>

#include "modules/command.h"

namespace mgr {
namespace {

Argument task_ids(bool required) {
  ArgumentType type;
  type.kind = TypeKind::integer;
  type.is_list = true;
  type.least = 1;
  type.most = std::numeric_limits<std::int32_t>::max();
  return {"task_ids", type, required, "numbers of scan tasks, such as 1,2"};
}

// The jobs of the tasks named, by their keys; of all tasks where none are named.
JobSelection selection(const ActionCall& call, bool alive_only = false) {
  JobSelection selected;
  selected.module = "scan";
  selected.newest_of_key = true;
  selected.alive_only = alive_only;
  const ArgumentValue* tasks = find_argument(call.arguments, "task_ids");
  if (tasks == nullptr) return selected;
  for (const Scalar& task : tasks->items) {
    std::string key = "scan:" + scalar_text(task);
    if (std::ranges::find(selected.keys, key) == selected.keys.end()) {
      selected.keys.push_back(std::move(key));
    }
  }
  return selected;
}

// One job a task, so each command gets a single number.
Result<Effect> start(const ActionCall& call, const RunSettings& run) {
  StartJobs effect;
  for (const std::string& key : selection(call).keys) {
    const std::int64_t task = std::stoll(key.substr(key.find(':') + 1));
    auto plan =
        plan_job(key, run, {{"task_id", {TypeKind::integer}, true, ""}}, {{"task_id", {task}}});
    if (!plan) return tl::unexpected(plan.error());
    effect.jobs.push_back(std::move(*plan));
  }
  return effect;
}

}  // namespace

std::vector<CommandSlot> ScanModule::slots() { return {{"start", RunMode::job, {"task_id"}}}; }

ScanModule::ScanModule(const BuiltInCommands& commands)
    : Module("scan", "Integrity scans", {"SCAN_MODULE"}) {
  add(commands, {"start", "Start scan tasks", {task_ids(true)}, {}}, start);
  add(Proof::kernel,
      {"stop", "Stop scan tasks, whole process trees", {task_ids(true)}, [](auto& call) {
         return StopJobs{selection(call)};
       }});
  add(Proof::kernel, {"status", "The newest job of each task", {task_ids(false)}, [](auto& call) {
                        return QueryJobs{selection(call)};
                      }});
  add(Proof::kernel, {"list", "The scans that run now", {}, [](auto& call) {
                        return QueryJobs{selection(call, true)};
                      }});
}

}  // namespace mgr
