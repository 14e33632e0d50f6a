// mgrctl, pure; distrusts nobody's typing: the policy has loaded.
#include "policy/lint/rules.h"

#include <algorithm>
#include <array>
#include <utility>

#include "policy/lint/coverage.h"

namespace mgr {
namespace {

class RulesLint {
 public:
  RulesLint(const PolicyReview& review, std::optional<gid_t> admin_gid,
            std::vector<Finding>& findings)
      : review_(review),
        policy_(review.policy),
        admin_gid_(admin_gid),
        findings_(findings),
        coverage_(review.policy) {
    find_trusted();
  }

  void look() {
    bool gave_up = false;
    for (std::size_t i = 0; i < policy_.rules.size(); ++i) {
      const Rule& rule = policy_.rules[i];
      if (is_for_nobody(policy_, rule)) {
        add(rule, "rule-for-nobody",
            "none of its principals is a user, a group or a key of this machine");
      } else if (rule.allow) {
        look_at_allow(rule, i);
      } else {
        look_at_deny(rule);
      }
      if (coverage_.has_given_up() && !std::exchange(gave_up, true)) {
        add(rule, "not-looked-at",
            "so many rules, callers and conditions are not all compared with each other: from here "
            "on, what never decides is not found");
      }
    }
  }

 private:
  void look_at_allow(const Rule& rule, std::size_t index) {
    if (const Rule* instead = coverage_.rule_instead_of(index)) {
      add(rule, "unreachable-allow",
          "it never decides: the rule at " + place(*instead) +
              (instead->allow ? " allows all of it before" : " denies all of it"));
    }
    look_for_proof(rule);
    if (is_for_anyone(rule)) return look_at_anyone(rule);
    if (administrates(rule) && !are_all_admins(rule)) {
      add(rule, "admin-action",
          "it lets others than root and the admins load the policy again, or read all of it");
    }
    if (rule.jobs == JobScope::all && !are_all_trusted(rule)) {
      add(rule, "wide-jobs",
          "jobs = \"all\" shows the jobs of everybody, with their arguments and output, and lets "
          "them be stopped, to callers who are no admins");
    }
  }

  // Whether the principals of two rules are the same person cannot always be told; then it is no
  // finding.
  void look_at_deny(const Rule& rule) {
    if (!coverage_.may_take(rule)) {
      add(rule, "idle-deny", "no rule allows anything of what it denies, so it takes nothing away");
    }
  }

  void look_at_anyone(const Rule& rule) {
    static constexpr std::array<std::string_view, 5> harmless{"ping", "version", "whoami",
                                                              "modules", "can-i"};
    for (const std::string& module : rule.modules) {
      for (const std::string& action : rule.actions) {
        if (module == "mgr" && std::ranges::find(harmless, action) != harmless.end()) continue;
        return add(rule, "anyone-allowed",
                   "`anyone` may ask for " + module + ' ' + action +
                       ": every process of this machine, whoever runs it, and where no proof is "
                       "wanted everybody on the network");
      }
    }
  }

  void look_for_proof(const Rule& rule) {
    if (may_be_signed_for(policy_, rule)) return;
    for (const std::string& name : rule.modules) {
      const KnownModule* module = find_module(review_.known, name);
      if (module == nullptr) continue;
      for (const std::string& action : rule.actions) {
        if (!wants_signature(*module, action)) continue;
        return add(
            rule, "proof-nobody-gives",
            name + ' ' + action + " wants a signed request, and none of the principals has a key");
      }
    }
  }

  static bool wants_signature(const KnownModule& module, const std::string& action) {
    const auto wants = [](const KnownAction& each) { return each.min_proof == Proof::signature; };
    if (action == "*") return !module.actions.empty() && std::ranges::all_of(module.actions, wants);
    const KnownAction* known = find_action(module, action);
    return known != nullptr && wants(*known);
  }

  bool is_for_anyone(const Rule& rule) const {
    return std::ranges::any_of(rule.who,
                               [&](std::size_t who) { return policy_.principals[who].is_anyone; });
  }

  static bool administrates(const Rule& rule) {
    return names(rule, "mgr", "reload") || names(rule, "mgr", "policy");
  }

  bool are_all_admins(const Rule& rule) const {
    return std::ranges::all_of(
        rule.who, [&](std::size_t who) { return is_admin(policy_.principals[who], admin_gid_); });
  }

  // Admins, or whom some rule makes as good as one; that rule is the finding.
  void find_trusted() {
    for (const Principal& each : policy_.principals) trusted_.push_back(is_admin(each, admin_gid_));
    for (const Rule& rule : policy_.rules) {
      if (!rule.allow || !administrates(rule)) continue;
      for (const std::size_t who : rule.who) trusted_[who] = true;
    }
  }

  bool are_all_trusted(const Rule& rule) const {
    return std::ranges::all_of(rule.who, [&](std::size_t who) { return trusted_[who]; });
  }

  static std::string place(const Rule& rule) { return rule.file + ':' + std::to_string(rule.line); }

  void add(const Rule& rule, const char* code, std::string text) {
    findings_.push_back({code, rule.file, rule.line, std::move(text)});
  }

  const PolicyReview& review_;
  const Policy& policy_;
  std::optional<gid_t> admin_gid_;
  std::vector<Finding>& findings_;
  Coverage coverage_;
  std::vector<bool> trusted_;  // by principal
};

}  // namespace

bool is_admin(const Principal& principal, std::optional<gid_t> admin_gid) {
  const auto is_root = [](uid_t uid) { return uid == 0; };
  const auto is_group = [&](gid_t gid) { return gid == 0 || admin_gid == gid; };
  const bool has_users = !principal.uids.empty() || !principal.gids.empty();
  return !principal.is_anyone && (has_users || principal.keys.empty()) &&
         std::ranges::all_of(principal.uids, is_root) &&
         std::ranges::all_of(principal.gids, is_group);
}

void lint_rules(const PolicyReview& review, std::optional<gid_t> admin_gid,
                std::vector<Finding>& findings) {
  RulesLint(review, admin_gid, findings).look();
}

}  // namespace mgr
