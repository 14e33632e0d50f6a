// mgr-configure, root; reads what was parsed already.
#include "helper/configure/lint.h"

#include <algorithm>

namespace mgr {
namespace {

class RuleLint {
 public:
  RuleLint(const Rule& rule, const Registry& registry, std::vector<std::string>& warnings)
      : rule_(rule), registry_(registry), warnings_(warnings) {}

  Result<void> look() {
    for (const std::string& name : rule_.modules) {
      const Module* module = find_module(name);
      if (module != nullptr) {
        modules_.push_back(module);
      } else {
        warn("'module' names '" + name + "', which does not exist");
      }
    }
    for (const std::string& action : rule_.actions) look_at(action);
    if (error_.empty()) return {};
    return fail(ErrorCode::failed, error_);
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
      for (const Action* each : actions) compare(condition, *each);
      const auto takes_it = [&](const Action* each) { return find_type(condition, *each); };
      // With "*" the condition is what picks those that take it.
      const bool known = action == "*" ? std::ranges::any_of(actions, takes_it)
                                       : std::ranges::all_of(actions, takes_it);
      if (known) continue;
      warn("'where' of '" + condition.argument + "' never holds for the action '" + action +
           "', which takes no such argument: the rule " + (rule_.allow ? "grants" : "denies") +
           " nothing there");
    }
  }

  static const ArgumentType* find_type(const Condition& condition, const Action& action) {
    const auto found = std::ranges::find(action.arguments, condition.argument, &Argument::name);
    return found == action.arguments.end() ? nullptr : &found->type;
  }

  // Ranges measure numbers, and texts everything else. A secret in a rule would be one no longer,
  // and no body is compared with anything.
  void compare(const Condition& condition, const Action& action) {
    const ArgumentType* type = find_type(condition, action);
    if (type == nullptr) return;
    const std::string where = "'where' of '" + condition.argument + "'";
    if (type->kind == TypeKind::secret || type->kind == TypeKind::blob) {
      if (error_.empty()) error_ = place() + where + ": no condition is about a body or a secret";
      return;
    }
    const bool wants_number = is_number(type->kind);
    if (wants_number ? !condition.ranges.empty() : !condition.texts.empty()) return;
    warn(where + " has " + (wants_number ? "texts" : "numbers") + " alone, and '" +
         condition.argument + "' of the action '" + action.name + "' is a " +
         (wants_number ? "number" : "text") + ": the rule " +
         (rule_.allow ? "grants nothing" : "denies all") + " there");
  }

  void warn(const std::string& what) { warnings_.push_back(place() + what); }
  std::string place() const { return rule_.file + ":" + std::to_string(rule_.line) + ": "; }

  const Rule& rule_;
  const Registry& registry_;
  std::vector<std::string>& warnings_;
  std::vector<const Module*> modules_;
  std::string error_;  // the first
};

}  // namespace

Result<std::vector<std::string>> lint_policy(const Policy& policy, const Registry& registry) {
  std::vector<std::string> warnings;
  for (const Rule& rule : policy.rules) {
    if (auto looked = RuleLint(rule, registry, warnings).look(); !looked) {
      return tl::unexpected(looked.error());
    }
  }
  return warnings;
}

}  // namespace mgr
