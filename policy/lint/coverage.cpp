// mgrctl, pure.
#include "policy/lint/coverage.h"

#include <algorithm>

namespace mgr {
namespace {

bool holds(const auto& list, const auto& item) {
  return std::ranges::find(list, item) != list.end();
}

// As one list without gaps that are none: 1..3 and 4..9 are 1..9.
std::vector<IntegerRange> merged(std::vector<IntegerRange> ranges) {
  std::ranges::sort(ranges, {}, &IntegerRange::least);
  std::vector<IntegerRange> all;
  for (const IntegerRange& range : ranges) {
    if (range.least > range.most) continue;
    if (!all.empty() && (range.least <= all.back().most || range.least - 1 == all.back().most)) {
      all.back().most = std::max(all.back().most, range.most);
    } else {
      all.push_back(range);
    }
  }
  return all;
}

bool implies(const Condition& narrow, const Condition& wide) {
  if (narrow.argument != wide.argument) return false;
  const auto room = merged(wide.ranges);
  const auto fits = [&](const IntegerRange& range) {
    return std::ranges::any_of(room, [&](const IntegerRange& each) {
      return each.least <= range.least && range.most <= each.most;
    });
  };
  return std::ranges::all_of(merged(narrow.ranges), fits) &&
         std::ranges::all_of(narrow.texts,
                             [&](const std::string& text) { return holds(wide.texts, text); });
}

// Whoever meets all conditions of `narrow`, an allow, meets those of `wide` too: an allow's speak
// of every element of a list, and a deny's of any of them, so both hold.
bool implies(const std::vector<Condition>& narrow, const std::vector<Condition>& wide) {
  return std::ranges::all_of(wide, [&](const Condition& condition) {
    return std::ranges::any_of(narrow,
                               [&](const Condition& each) { return implies(each, condition); });
  });
}

// By which of its principals a rule has a caller: its uid, its group, its key.
bool has_uid(const Policy& policy, const Rule& rule, uid_t uid) {
  return std::ranges::any_of(rule.who, [&](std::size_t who) {
    const Principal& principal = policy.principals[who];
    return holds(principal.uids, uid) || (!rule.allow && holds(principal.member_uids, uid));
  });
}

bool has_all_of(const Policy& policy, const Rule& rule, const Principal& callers) {
  const auto any_principal = [&](const auto& test) {
    return std::ranges::any_of(rule.who,
                               [&](std::size_t who) { return test(policy.principals[who]); });
  };
  if (any_principal([](const Principal& each) { return each.is_anyone; })) return true;
  if (callers.is_anyone) return false;
  const auto has = [&](auto list) {
    return std::ranges::all_of(callers.*list, [&](const auto& id) {
      return any_principal([&](const Principal& each) { return holds(each.*list, id); });
    });
  };
  return std::ranges::all_of(callers.uids, [&](uid_t uid) { return has_uid(policy, rule, uid); }) &&
         has(&Principal::gids) && has(&Principal::keys);
}

// One caller, module and action of the allow at `index`.
const Rule* decider_of(const Policy& policy, std::size_t index, const Principal& callers,
                       const std::string& module, const std::string& action) {
  const Rule& rule = policy.rules[index];
  for (std::size_t i = 0; i < policy.rules.size(); ++i) {
    const Rule& other = policy.rules[i];
    if (i == index || (other.allow && i > index)) continue;
    if (names(other, module, action) && has_all_of(policy, other, callers) &&
        implies(rule.where, other.where)) {
      return &other;
    }
  }
  return nullptr;
}

bool is_repetition(const Rule& rule, const Rule& other) {
  return other.allow && other.file != rule.file && other.jobs == rule.jobs &&
         other.rate.count == rule.rate.count && other.rate.seconds == rule.rate.seconds;
}

// Certainly two different people: told by their uids alone, which differ.
bool are_apart(const Principal& one, const Principal& other) {
  if (is_for_nobody(one) || is_for_nobody(other)) return true;
  if (one.is_anyone || other.is_anyone || !one.gids.empty() || !other.gids.empty()) return false;
  return std::ranges::none_of(one.uids, [&](uid_t uid) { return holds(other.uids, uid); });
}

bool share_an_action(const Rule& one, const Rule& other) {
  if (std::ranges::none_of(one.modules,
                           [&](const std::string& name) { return holds(other.modules, name); })) {
    return false;
  }
  if (holds(one.actions, std::string("*")) || holds(other.actions, std::string("*"))) return true;
  return std::ranges::any_of(one.actions,
                             [&](const std::string& name) { return holds(other.actions, name); });
}

}  // namespace

bool is_for_nobody(const Principal& principal) {
  return !principal.is_anyone && std::ranges::all_of(principal.uids, is_nobody) &&
         std::ranges::all_of(principal.gids, is_nobody) &&
         std::ranges::all_of(principal.member_uids, is_nobody);
}

bool is_for_nobody(const Policy& policy, const Rule& rule) {
  return std::ranges::all_of(
      rule.who, [&](std::size_t who) { return is_for_nobody(policy.principals[who]); });
}

bool names(const Rule& rule, const std::string& module, const std::string& action) {
  return holds(rule.modules, module) &&
         (holds(rule.actions, action) || holds(rule.actions, std::string("*")));
}

const Rule* rule_instead_of(const Policy& policy, std::size_t index) {
  const Rule& rule = policy.rules[index];
  const Rule* first = nullptr;
  for (const std::size_t who : rule.who) {
    const Principal& callers = policy.principals[who];
    if (is_for_nobody(callers)) continue;
    for (const std::string& module : rule.modules) {
      for (const std::string& action : rule.actions) {
        const Rule* decider = decider_of(policy, index, callers, module, action);
        if (decider == nullptr) return nullptr;
        if (first == nullptr && !is_repetition(rule, *decider)) first = decider;
      }
    }
  }
  return first;
}

bool may_meet(const Policy& policy, const Rule& one, const Rule& other) {
  if (!share_an_action(one, other)) return false;
  return std::ranges::any_of(one.who, [&](std::size_t mine) {
    return std::ranges::any_of(other.who, [&](std::size_t its) {
      return !are_apart(policy.principals[mine], policy.principals[its]);
    });
  });
}

}  // namespace mgr
