// mgrctl, pure; distrusts whoever may ask for the action.
#include "policy/lint/built_in.h"

#include <algorithm>
#include <array>

#include "policy/lint/rules.h"

namespace mgr {
namespace {

// What starting, or stopping, a unit comes to. By systemd.special(7) and the units that systemd
// brings; a target stands for what it pulls in.
struct SpecialUnit {
  std::string_view name;
  std::string_view code;
  std::string_view verb;  // that does it, restart beside
  const char* what;
};

constexpr std::string_view shell = "shell-unit";
constexpr std::string_view ending = "ending-unit";
constexpr const char* ends = "takes the machine down, or to sleep, around the module shutdown";
constexpr const char* single = "ends the services for a shell of root's on the console";

constexpr auto special_units = std::to_array<SpecialUnit>({
    {"debug-shell.service", shell, "start", "is a shell of root's on tty9 without a password"},
    {"console-shell.service", shell, "start", "is a shell of root's on the console"},
    {"rescue.service", shell, "start", single},
    {"rescue.target", shell, "start", single},
    {"runlevel1.target", shell, "start", single},
    {"emergency.service", shell, "start", single},
    {"emergency.target", shell, "start", single},
    {"poweroff.target", ending, "start", ends},
    {"reboot.target", ending, "start", ends},
    {"halt.target", ending, "start", ends},
    {"runlevel0.target", ending, "start", ends},
    {"runlevel6.target", ending, "start", ends},
    {"kexec.target", ending, "start", ends},
    {"exit.target", ending, "start", ends},
    {"soft-reboot.target", ending, "start", ends},
    {"shutdown.target", ending, "start", ends},
    {"ctrl-alt-del.target", ending, "start", ends},
    {"suspend.target", ending, "start", ends},
    {"hibernate.target", ending, "start", ends},
    {"hybrid-sleep.target", ending, "start", ends},
    {"suspend-then-hibernate.target", ending, "start", ends},
    {"systemd-poweroff.service", ending, "start", ends},
    {"systemd-reboot.service", ending, "start", ends},
    {"systemd-halt.service", ending, "start", ends},
    {"systemd-kexec.service", ending, "start", ends},
    {"systemd-exit.service", ending, "start", ends},
    {"systemd-soft-reboot.service", ending, "start", ends},
    {"systemd-suspend.service", ending, "start", ends},
    {"systemd-hibernate.service", ending, "start", ends},
    {"systemd-hybrid-sleep.service", ending, "start", ends},
    {"systemd-suspend-then-hibernate.service", ending, "start", ends},
    {"systemd-sysupdate-reboot.service", ending, "start", ends},
    {"systemd-sysupdate-reboot.timer", ending, "start", ends},
    {"sysinit.target", ending, "stop", "ends the services of the whole machine"},
    {"basic.target", ending, "stop", "ends the services of the whole machine"},
    {"system.slice", ending, "stop", "ends the services of the whole machine"},
    {"mgr-helper.service", ending, "stop", "leaves nobody who answers, stops or audits"},
    {"mgr-broker.service", ending, "stop", "leaves nobody who answers"},
    {"mgr.socket", ending, "stop", "leaves nobody who answers"},
    {"mgr-jobs.service", ending, "stop", "ends the jobs of everybody"},
});

constexpr std::array<std::string_view, 3> endings{"poweroff", "reboot", "halt"};

template <typename Words>
bool contains(const Words& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

bool is_about(const Rule& rule, std::string_view action) {
  return contains(rule.actions, action) || contains(rule.actions, "*");
}

class BuiltInLint {
 public:
  BuiltInLint(const PolicyReview& review, std::optional<gid_t> admin_gid,
              std::vector<Finding>& findings)
      : review_(review), policy_(review.policy), admin_gid_(admin_gid), findings_(findings) {}

  void look() {
    for (const Rule& rule : policy_.rules) {
      if (!rule.allow || are_all(rule, [](const Principal& each) { return is_root(each); })) {
        continue;
      }
      for (const Condition& condition : rule.where) look_at_units(rule, condition);
      look_for_any_unit(rule);
      look_for_any_recipient(rule);
      look_for_force(rule);
    }
    for (const DeclaredModule& module : review_.modules) {
      if (module.name == "shutdown") look_for_proof(module);
    }
  }

 private:
  // A finding a code and rule, however many units it lists.
  void look_at_units(const Rule& rule, const Condition& condition) {
    for (const std::string_view code : {shell, ending}) {
      const auto found = std::ranges::find_if(special_units, [&](const SpecialUnit& unit) {
        return code == unit.code && contains(condition.texts, unit.name) &&
               (does(rule, condition, unit.verb) || does(rule, condition, "restart"));
      });
      if (found == special_units.end()) continue;
      add(rule.file, rule.line, code,
          std::string(found->verb) + " of " + std::string(found->name) + ' ' + found->what);
    }
  }

  // A rule that lists no unit means these too.
  void look_for_any_unit(const Rule& rule) {
    for (const char* verb : {"start", "restart"}) {
      for (const Argument* unit : units_of(rule, verb)) {
        const auto& types = unit->type.choices;
        if (is_named(rule, unit->name) || !(types.empty() || contains(types, "service"))) continue;
        return add(rule.file, rule.line, shell,
                   std::string("it lists no unit, and ") + verb +
                       " of debug-shell.service is a shell of root's on tty9 without a password");
      }
    }
  }

  bool does(const Rule& rule, const Condition& condition, std::string_view verb) const {
    return std::ranges::any_of(units_of(rule, verb), [&](const Argument* unit) {
      return unit->name == condition.argument;
    });
  }

  // Those of the rule's actions that do so, in whichever module.
  std::vector<const Argument*> units_of(const Rule& rule, std::string_view verb) const {
    std::vector<const Argument*> units;
    for (const std::string& name : rule.modules) {
      const KnownModule* module = find_module(review_.known, name);
      if (module == nullptr) continue;
      for (const KnownAction& action : module->actions) {
        if (!is_about(rule, action.name) || !does_so(rule, name, action, verb)) continue;
        for (const Argument& each : action.arguments) {
          if (each.type.kind == TypeKind::unit) units.push_back(&each);
        }
      }
    }
    return units;
  }

  // By its name, by a word of its command, or by a choice that the rule leaves.
  bool does_so(const Rule& rule, std::string_view module, const KnownAction& action,
               std::string_view verb) const {
    const auto may_choose = [&](const Argument& each) {
      return each.type.kind == TypeKind::enumeration && contains(each.type.choices, verb) &&
             std::ranges::all_of(rule.where, [&](const Condition& condition) {
               return condition.argument != each.name || contains(condition.texts, verb);
             });
    };
    return action.name == verb || has_word(module, action.name, verb) ||
           std::ranges::any_of(action.arguments, may_choose);
  }

  bool has_word(std::string_view module, std::string_view action, std::string_view word) const {
    const auto found = std::ranges::find(review_.modules, module, &DeclaredModule::name);
    if (found == review_.modules.end()) return false;
    const auto row = std::ranges::find(found->actions, action, &DeclaredAction::name);
    return row != found->actions.end() && contains(row->run.argv, word);
  }

  static bool is_named(const Rule& rule, std::string_view argument) {
    return std::ranges::find(rule.where, argument, &Condition::argument) != rule.where.end();
  }

  void look_for_any_recipient(const Rule& rule) {
    if (!contains(rule.modules, "mail") || !is_about(rule, "send") || is_named(rule, "to")) return;
    if (are_all(rule, [&](const Principal& each) { return is_admin(each, admin_gid_); })) return;
    add(rule.file, rule.line, "open-mail",
        "it lets callers who are no admins write to anybody at all, in this machine's name");
  }

  void look_for_force(const Rule& rule) {
    if (!contains(rule.modules, "shutdown") || says_no(rule)) return;
    if (are_all(rule, [&](const Principal& each) { return is_admin(each, admin_gid_); })) return;
    const bool may_force = std::ranges::any_of(endings, [&](std::string_view action) {
      return is_about(rule, action) && !is_denied(rule, action);
    });
    if (!may_force) return;
    add(rule.file, rule.line, "forced-shutdown",
        "it lets callers who are no admins end the machine with force=yes, whatever jobs of "
        "others still run");
  }

  // Waiting for jobs and forcing exclude each other, whoever asks.
  static bool says_no(const Rule& rule) {
    return std::ranges::any_of(rule.where, [](const Condition& each) {
      return (each.argument == "force" && !contains(each.texts, "yes")) ||
             (each.argument == "wait_for_jobs" && !contains(each.texts, "no"));
    });
  }

  // Whether some deny takes force=yes from all whom the rule is for.
  bool is_denied(const Rule& rule, std::string_view action) const {
    return std::ranges::any_of(policy_.rules, [&](const Rule& deny) {
      const bool whatever_else = std::ranges::all_of(deny.where, [](const Condition& each) {
        return each.argument == "force" && contains(each.texts, "yes");
      });
      return !deny.allow && contains(deny.modules, "shutdown") && is_about(deny, action) &&
             whatever_else && std::ranges::all_of(rule.who, [&](std::size_t who) {
               return std::ranges::any_of(deny.who, [&](std::size_t denied) {
                 return denied == who || policy_.principals[denied].is_anyone;
               });
             });
    });
  }

  void look_for_proof(const DeclaredModule& module) {
    for (const DeclaredAction& action : module.actions) {
      if (!contains(endings, action.name) || action.min_proof == Proof::signature) continue;
      add(action.file, action.line, "unsigned-shutdown",
          "with the kernel's word alone, whoever takes the broker over ends the machine as soon "
          "as somebody whom a rule allows it is connected");
    }
  }

  // With the keys that root has named as its own, beside its uid.
  static bool is_root(const Principal& principal) {
    return !principal.is_anyone && principal.gids.empty() &&
           (principal.keys.empty() || !principal.uids.empty()) &&
           std::ranges::all_of(principal.uids, [](uid_t uid) { return uid == 0; });
  }

  template <typename Predicate>
  bool are_all(const Rule& rule, Predicate predicate) const {
    return std::ranges::all_of(rule.who,
                               [&](std::size_t who) { return predicate(policy_.principals[who]); });
  }

  void add(const std::string& file, unsigned line, std::string_view code, std::string text) {
    findings_.push_back({std::string(code), file, line, std::move(text)});
  }

  const PolicyReview& review_;
  const Policy& policy_;
  std::optional<gid_t> admin_gid_;
  std::vector<Finding>& findings_;
};

}  // namespace

void lint_built_in(const PolicyReview& review, std::optional<gid_t> admin_gid,
                   std::vector<Finding>& findings) {
  BuiltInLint(review, admin_gid, findings).look();
}

}  // namespace mgr
