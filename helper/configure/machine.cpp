// mgr-configure, root; trusts the kernel and root's configuration.
#include "helper/configure/machine.h"

#include <cap-ng.h>
#include <sched.h>
#include <sys/prctl.h>

#include <string_view>

#include "helper/jobs/cgroup_controllers.h"

namespace mgr {
namespace {

constexpr unsigned bits_of_a_mask = 64;

std::uint64_t bounding_set() {
  std::uint64_t mask = 0;
  for (unsigned capability = 0; capability < bits_of_a_mask; ++capability) {
    if (prctl(PR_CAPBSET_READ, capability, 0, 0, 0) == 1) mask |= std::uint64_t{1} << capability;
  }
  return mask;
}

bool has_word(std::string_view words, std::string_view wanted) {
  while (!words.empty()) {
    const std::string_view word = words.substr(0, words.find(' '));
    if (word == wanted) return true;
    words.remove_prefix(std::min(word.size() + 1, words.size()));
  }
  return false;
}

std::string names_of(std::uint64_t mask) {
  std::string names;
  for (unsigned capability = 0; capability < bits_of_a_mask; ++capability) {
    if ((mask >> capability & 1) == 0) continue;
    const char* name = capng_capability_to_name(capability);
    if (!names.empty()) names += ' ';
    names += name != nullptr ? name : std::to_string(capability);
  }
  return names;
}

std::string no_controller(const char* setting, const char* controller, const Machine& machine) {
  return std::string("'") + setting + "' needs the cgroup controller " + controller + ", and " +
         machine.tree + " has " +
         (machine.controllers.empty() ? "none" : "only " + machine.controllers);
}

std::string no_namespace(const char* setting, const char* kind) {
  return std::string("'") + setting + "' needs a " + kind +
         " namespace, and mgr cannot make one here";
}

// "" for a machine that can.
std::string what_is_missing(const RunSettings& run, const Machine& machine) {
  if (run.memory != 0 && !has_word(machine.controllers, "memory")) {
    return no_controller("memory", "memory", machine);
  }
  if (run.processes != 0 && !has_word(machine.controllers, "pids")) {
    return no_controller("processes", "pids", machine);
  }
  if (run.private_network && !machine.can_have(CLONE_NEWNET)) {
    return no_namespace("private_network", "network");
  }
  const bool wants_mounts = run.private_tmp || !run.read_only_paths.empty();
  if (wants_mounts && !machine.can_have(CLONE_NEWNS)) {
    return no_namespace(run.private_tmp ? "private_tmp" : "read_only_paths", "mount");
  }
  const std::uint64_t lacking = run.capabilities & ~machine.capabilities;
  if (lacking != 0) return "'capabilities' names what mgr has not got here: " + names_of(lacking);
  return "";
}

}  // namespace

Machine look_at_machine(const std::string& tree) {
  return {tree, controllers_of(tree), bounding_set(), [](int kind) { return unshare(kind) == 0; }};
}

Result<void> check_machine(const std::vector<DeclaredModule>& modules, const Machine& machine) {
  for (const DeclaredModule& module : modules) {
    for (const DeclaredAction& action : module.actions) {
      const std::string missing = what_is_missing(action.run, machine);
      if (missing.empty()) continue;
      return fail(ErrorCode::failed, action.file + ":" + std::to_string(action.line) +
                                         ": action '" + action.name + "' of module '" +
                                         module.name + "': " + missing);
    }
  }
  return {};
}

}  // namespace mgr
