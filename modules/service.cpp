// Helper (root), pure; its arguments are typed already.
#include "modules/service.h"

#include "modules/command.h"

namespace mgr {
namespace {

constexpr std::int64_t default_lines = 100, most_lines = 1000;

// A target, a slice or a scope is more than one service, and a device, a mount or a swap is none.
Argument unit() {
  ArgumentType type;
  type.kind = TypeKind::unit;
  type.choices = {"service", "socket", "timer", "path"};
  type.listed = true;
  return {"unit", type, true, "a unit's whole name, such as nginx.service"};
}

Argument lines() {
  ArgumentType type;
  type.kind = TypeKind::integer;
  type.least = 1;
  type.most = most_lines;
  return {"lines", type, false, "how many of the last lines, 100 where left out"};
}

Result<Effect> run_one(std::string key, const RunSettings& run, const ArgumentValues& values) {
  auto plan = plan_job(std::move(key), run, {unit(), lines()}, values);
  if (!plan) return tl::unexpected(plan.error());
  return StartJobs{{std::move(*plan)}};
}

// One change of a unit at a time: systemd would let a later one replace an earlier one.
Result<Effect> change(const ActionCall& call, const RunSettings& run) {
  const ArgumentValue* changed = find_argument(call.arguments, "unit");
  return run_one("service:" + scalar_text(changed->items.front()), run, call.arguments);
}

Result<Effect> status(const ActionCall& call, const RunSettings& run) {
  return run_one("", run, call.arguments);
}

Result<Effect> logs(const ActionCall& call, const RunSettings& run) {
  ArgumentValues values = call.arguments;
  if (find_argument(values, "lines") == nullptr) values.push_back({"lines", {default_lines}});
  return run_one("", run, values);
}

}  // namespace

std::vector<CommandSlot> ServiceModule::slots() {
  std::vector<CommandSlot> slots;
  for (const char* action : {"start", "stop", "restart", "reload"}) {
    slots.push_back({action, RunMode::job, {"unit"}});
  }
  slots.push_back({"status", RunMode::output, {"unit"}});
  slots.push_back({"logs", RunMode::output, {"unit", "lines"}});
  return slots;
}

ServiceModule::ServiceModule(const BuiltInCommands& commands)
    : Module("service", "Units of systemd") {
  add(commands, {"start", "Start a unit", {unit()}, {}}, change);
  add(commands, {"stop", "Stop a unit", {unit()}, {}}, change);
  add(commands, {"restart", "Stop and start a unit", {unit()}, {}}, change);
  add(commands, {"reload", "Have a unit read its configuration again", {unit()}, {}}, change);
  add(commands, {"status", "What a unit does, and since when", {unit()}, {}}, status);
  add(commands, {"logs", "The last lines of a unit's journal", {unit(), lines()}, {}}, logs);
}

}  // namespace mgr
