// mgr-configure, root; reads what was parsed already.
#include "helper/configure/lint.h"

#include <algorithm>

namespace mgr {
namespace {

class RuleLint {
 public:
  RuleLint(const Rule& rule, const Registry& registry, std::vector<std::string>& warnings)
      : rule_(rule), registry_(registry), warnings_(warnings) {}

  void look() {
    for (const std::string& name : rule_.modules) {
      const Module* module = find_module(name);
      if (module != nullptr) {
        modules_.push_back(module);
      } else {
        warn("'module' names '" + name + "', which does not exist");
      }
    }
    for (const std::string& action : rule_.actions) look_at(action);
  }

 private:
  const Module* find_module(const std::string& name) const {
    const auto found = std::ranges::find(registry_.modules(), name,
                                         [](const auto& module) { return module->name(); });
    return found == registry_.modules().end() ? nullptr : found->get();
  }

  // What this name of the rule's stands for, in all of its modules: every action, for "*".
  void look_at(const std::string& action) {
    std::vector<const Action*> actions;
    for (const Module* module : modules_) {
      for (const Action& each : module->actions()) {
        if (action == "*" || action == each.name) actions.push_back(&each);
      }
    }
    if (actions.empty()) {
      if (!modules_.empty()) warn("'action' names '" + action + "', which does not exist");
      return;
    }
    for (const Condition& condition : rule_.where) {
      const auto takes_it = [&](const Action* each) {
        return std::ranges::find(each->arguments, condition.argument, &Argument::name) !=
               each->arguments.end();
      };
      // With "*" the condition is what picks those that take it.
      const bool known = action == "*" ? std::ranges::any_of(actions, takes_it)
                                       : std::ranges::all_of(actions, takes_it);
      if (known) continue;
      warn("'where' of '" + condition.argument + "' never holds for the action '" + action +
           "', which takes no such argument: the rule " + (rule_.allow ? "grants" : "denies") +
           " nothing there");
    }
  }

  void warn(const std::string& what) {
    warnings_.push_back(rule_.file + ":" + std::to_string(rule_.line) + ": " + what);
  }

  const Rule& rule_;
  const Registry& registry_;
  std::vector<std::string>& warnings_;
  std::vector<const Module*> modules_;
};

}  // namespace

std::vector<std::string> lint_policy(const Policy& policy, const Registry& registry) {
  std::vector<std::string> warnings;
  for (const Rule& rule : policy.rules) RuleLint(rule, registry, warnings).look();
  return warnings;
}

}  // namespace mgr
