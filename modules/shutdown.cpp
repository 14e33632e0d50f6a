// Helper (root), pure; distrusts the texts: what everybody who is logged in gets to read has no
// control character, and none that changes the direction or the lines of what stands beside it.
#include "modules/shutdown.h"

#include "modules/command.h"
#include "policy/duration.h"

namespace mgr {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds longest_delay = 24h * 30;
constexpr const char* key = "shutdown";

Argument text(const char* name, const char* help) {
  ArgumentType type;
  type.max_length = 200;
  type.pattern = Pattern(R"([^\pC\p{Zl}\p{Zp}]*)");
  type.form = "without what is invisible, breaks a line or turns its direction";
  return {name, type, false, help};
}

Argument yes_or_no(const char* name, const char* help) {
  return {name, {TypeKind::boolean}, false, help};
}

std::vector<Argument> arguments() {
  return {{"delay", {TypeKind::duration}, false, "so long from its start, 30d at most"},
          text("message", "what users who are logged in are told"),
          text("reason", "why, for the audit log"),
          yes_or_no("wait_for_jobs", "when other jobs have ended; no new ones meanwhile"),
          yes_or_no("force", "also while other jobs run")};
}

// What is not given is as if it had been given so: then equal requests are equal jobs.
ArgumentValues completed(const ActionCall& call) {
  ArgumentValues values = call.arguments;
  for (const auto& [name, scalar] : std::initializer_list<std::pair<const char*, Scalar>>{
           {"delay", "0s"}, {"message", ""}, {"wait_for_jobs", false}, {"force", false}}) {
    if (find_argument(values, name) == nullptr) values.push_back({name, {scalar}});
  }
  return values;
}

Result<Effect> start(const ActionCall& call, const RunSettings& run) {
  const ArgumentValues values = completed(call);
  const auto given = [&](const char* name) { return find_argument(values, name)->items.front(); };
  const auto delay = parse_duration(std::get<std::string>(given("delay")));
  if (!delay || *delay > longest_delay) {
    return fail(ErrorCode::invalid_argument, "delay: must be 30d at most");
  }
  const bool waits = std::get<bool>(given("wait_for_jobs"));
  const bool forces = std::get<bool>(given("force"));
  if (waits && forces) {
    return fail(ErrorCode::invalid_argument, "wait_for_jobs and force exclude each other");
  }
  auto plan = plan_job(key, run, arguments(), values);
  if (!plan) return tl::unexpected(plan.error());
  plan->others = waits ? OtherJobs::waited_for : forces ? OtherJobs::beside : OtherJobs::conflict;
  plan->delay = *delay;
  plan->urgent = true;
  plan->this_boot = true;  // one that waited is moot, and would go round
  return StartJobs{{std::move(*plan)}};
}

Result<Effect> cancel(const ActionCall&) {
  StopJobs effect;
  effect.selection.module = key;
  effect.selection.keys = {key};
  effect.selection.none = "no shutdown is scheduled, or none that you may see";
  effect.selection.alive_only = true;
  return effect;
}

Result<Effect> status(const ActionCall&) {
  QueryJobs effect{{}, true};
  effect.selection.module = key;
  effect.selection.alive_only = true;
  return effect;
}

}  // namespace

std::vector<CommandSlot> ShutdownModule::slots() {
  std::vector<CommandSlot> all;
  for (const char* action : {"poweroff", "reboot", "halt"}) {
    all.push_back({action, RunMode::job, {"delay", "message"}});
  }
  return all;
}

ShutdownModule::ShutdownModule(const BuiltInCommands& commands)
    : Module("shutdown", "Switching the machine off, or restarting it") {
  add(commands, {"poweroff", "Power the machine off", arguments(), {}}, start);
  add(commands, {"reboot", "Restart the machine", arguments(), {}}, start);
  add(commands, {"halt", "Halt the machine, and leave it powered", arguments(), {}}, start);
  add(Proof::kernel, {"cancel", "Call the shutdown off that is scheduled", {}, cancel});
  add(Proof::kernel, {"status", "The shutdown that is scheduled", {}, status});
}

}  // namespace mgr
