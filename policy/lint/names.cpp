// mgr-configure (root's, or the caller's) and mgrctl; reads what was parsed already.
#include "policy/lint/names.h"

#include <algorithm>

#include "policy/toml_text.h"

namespace mgr {
namespace {

constexpr std::size_t longest_shown = 300;  // of a text: every unit's name and address is shorter

class RuleLint {
 public:
  RuleLint(const Rule& rule, const std::vector<KnownModule>& known, std::vector<Finding>& findings)
      : rule_(rule), known_(known), findings_(findings) {}

  Result<void> look() {
    for (const std::string& name : rule_.modules) {
      const KnownModule* module = find_by_name(name);
      if (module != nullptr) {
        modules_.push_back(module);
      } else {
        warn("unknown-name", "'module' names '" + name + "', which does not exist");
      }
    }
    for (const std::string& action : rule_.actions) look_at(action);
    for (const Condition& condition : rule_.where) look_for_values(condition);
    if (error_.empty()) return {};
    return fail(ErrorCode::failed, error_);
  }

 private:
  // Aliases do not count in a rule.
  const KnownModule* find_by_name(const std::string& name) const {
    const auto found = std::ranges::find(known_, name, &KnownModule::name);
    return found == known_.end() ? nullptr : &*found;
  }

  // What this name of the rule's stands for, in all of its modules: every action, for "*".
  void look_at(const std::string& action) {
    std::vector<const KnownAction*> actions;
    for (const KnownModule* module : modules_) {
      for (const KnownAction& each : module->actions) {
        if (action == "*" || action == each.name) actions.push_back(&each);
      }
    }
    if (actions.empty()) {
      if (!modules_.empty())
        warn("unknown-name", "'action' names '" + action + "', which does not exist");
      return;
    }
    for (const KnownAction* each : actions) look_for_list(*each);
    for (const Condition& condition : rule_.where) {
      for (const KnownAction* each : actions) compare(condition, *each);
      const auto takes_it = [&](const KnownAction* each) { return find_type(condition, *each); };
      // With "*" the condition is what picks those that take it.
      const bool known = action == "*" ? std::ranges::any_of(actions, takes_it)
                                       : std::ranges::all_of(actions, takes_it);
      if (known) continue;
      warn("idle-condition", "'where' of '" + condition.argument +
                                 "' never holds for the action '" + action +
                                 "', which takes no such argument: the rule " +
                                 (rule_.allow ? "grants" : "denies") + " nothing there");
    }
  }

  // A rule that lists nothing would grant every value that there is, and those to come.
  void look_for_list(const KnownAction& action) {
    for (const Argument& argument : action.arguments) {
      if (!rule_.allow || !argument.type.listed || !error_.empty()) continue;
      const bool lists = std::ranges::any_of(
          rule_.where, [&](const Condition& each) { return each.argument == argument.name; });
      if (lists) continue;
      error_ = place() + "the action '" + action.name + "' wants each rule to list its '" +
               argument.name + "': write where = { " + toml_key(argument.name) + " = " +
               (is_number(argument.type.kind) ? "[1, \"5..9\"]" : "[\"…\", \"…\"]") +
               " }, in a rule of its own where other actions take none";
    }
  }

  static const ArgumentType* find_type(const Condition& condition, const KnownAction& action) {
    const auto found = std::ranges::find(action.arguments, condition.argument, &Argument::name);
    return found == action.arguments.end() ? nullptr : &found->type;
  }

  // Ranges measure numbers, and texts everything else. A secret in a rule would be one no longer,
  // and no body is compared with anything.
  void compare(const Condition& condition, const KnownAction& action) {
    const ArgumentType* type = find_type(condition, action);
    if (type == nullptr) return;
    const std::string where = "'where' of '" + condition.argument + "'";
    if (type->kind == TypeKind::secret || type->kind == TypeKind::blob) {
      if (error_.empty()) error_ = place() + where + ": no condition is about a body or a secret";
      return;
    }
    const bool wants_number = is_number(type->kind);
    if (wants_number ? !condition.ranges.empty() : !condition.texts.empty()) return;
    warn("idle-condition", where + " has " + (wants_number ? "texts" : "numbers") +
                               " alone, and '" + condition.argument + "' of the action '" +
                               action.name + "' is a " + (wants_number ? "number" : "text") +
                               ": the rule " + (rule_.allow ? "grants nothing" : "denies all") +
                               " there");
  }

  // A text that is no value of the argument, of whichever action: a pattern, a name that is not
  // whole, "true" for "yes". A deny of it denies nothing.
  void look_for_values(const Condition& condition) {
    const std::vector<const ArgumentType*> types = types_of(condition);
    if (std::ranges::all_of(types, [](auto* type) { return is_number(type->kind); })) return;
    for (const std::string& text : condition.texts) {
      const auto takes_it = [&](auto* type) { return is_element(*type, text); };
      if (std::ranges::any_of(types, takes_it)) continue;
      const bool is_long = text.size() > longest_shown;
      return warn("idle-condition", "'where' of '" + condition.argument + "' has " +
                                        toml_string(text.substr(0, longest_shown)) +
                                        (is_long ? "…" : "") +
                                        ", which is no value of it: the rule " +
                                        (rule_.allow ? "grants" : "denies") + " nothing by that");
    }
  }

  std::vector<const ArgumentType*> types_of(const Condition& condition) const {
    std::vector<const ArgumentType*> types;
    for (const KnownModule* module : modules_) {
      for (const KnownAction& action : module->actions) {
        const auto is_it = [&](const std::string& name) {
          return name == "*" || name == action.name;
        };
        const ArgumentType* type = find_type(condition, action);
        if (type != nullptr && std::ranges::any_of(rule_.actions, is_it)) types.push_back(type);
      }
    }
    return types;
  }

  static bool is_element(const ArgumentType& type, std::string_view text) {
    return !(type.is_list && text.find(',') != text.npos) && check_value(type, text);
  }

  void warn(const char* code, std::string what) {
    findings_.push_back({code, rule_.file, rule_.line, std::move(what)});
  }
  std::string place() const { return rule_.file + ":" + std::to_string(rule_.line) + ": "; }

  const Rule& rule_;
  const std::vector<KnownModule>& known_;
  std::vector<Finding>& findings_;
  std::vector<const KnownModule*> modules_;
  std::string error_;  // the first
};

}  // namespace

Result<std::vector<Finding>> lint_names(const Policy& policy,
                                        const std::vector<KnownModule>& known) {
  std::vector<Finding> findings;
  for (const Rule& rule : policy.rules) {
    if (auto looked = RuleLint(rule, known, findings).look(); !looked) {
      return tl::unexpected(looked.error());
    }
  }
  return findings;
}

}  // namespace mgr
