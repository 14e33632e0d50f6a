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

bool is_repetition(const Rule& rule, const Rule& other) {
  return other.allow && other.file != rule.file && other.jobs == rule.jobs &&
         other.rate.count == rule.rate.count && other.rate.seconds == rule.rate.seconds;
}

bool has_users(const Principal& principal) {
  return !principal.uids.empty() || !principal.gids.empty();
}

// Certainly two different callers. Who signs is the key and nobody else, so users are told from
// users, by uids that differ, and keys from keys.
bool are_apart(const Principal& one, const Principal& other) {
  if (is_for_nobody(one) || is_for_nobody(other)) return true;
  if (one.is_anyone || other.is_anyone) return false;
  if (std::ranges::any_of(one.keys, [&](auto& key) { return holds(other.keys, key); })) {
    return false;
  }
  if (!has_users(one) || !has_users(other)) return true;
  return one.gids.empty() && other.gids.empty() &&
         std::ranges::none_of(one.uids, [&](uid_t uid) { return holds(other.uids, uid); });
}

bool may_meet(const Policy& policy, const Rule& one, const Rule& other) {
  return std::ranges::any_of(one.who, [&](std::size_t mine) {
    return std::ranges::any_of(other.who, [&](std::size_t its) {
      return !are_apart(policy.principals[mine], policy.principals[its]);
    });
  });
}

std::uint64_t people_of(const Policy& policy, const Rule& rule) {
  std::uint64_t count = 1;
  for (const std::size_t who : rule.who) {
    const Principal& each = policy.principals[who];
    count += 1 + each.uids.size() + each.gids.size() + each.member_uids.size() + each.keys.size();
  }
  return count;
}

std::uint64_t conditions_of(const Rule& rule) {
  std::uint64_t count = 1;
  for (const Condition& each : rule.where) count += 1 + each.ranges.size() + each.texts.size();
  return count;
}

constexpr std::size_t most_pairs = 4096;  // of a rule's modules and actions, in a table

}  // namespace

bool is_for_nobody(const Principal& principal) {
  return !principal.is_anyone && principal.keys.empty() &&
         std::ranges::all_of(principal.uids, is_nobody) &&
         std::ranges::all_of(principal.gids, is_nobody) &&
         std::ranges::all_of(principal.member_uids, is_nobody);
}

bool is_for_nobody(const Policy& policy, const Rule& rule) {
  return std::ranges::all_of(
      rule.who, [&](std::size_t who) { return is_for_nobody(policy.principals[who]); });
}

bool may_be_signed_for(const Policy& policy, const Rule& rule) {
  return std::ranges::any_of(rule.who, [&](std::size_t who) {
    return policy.principals[who].is_anyone || !policy.principals[who].keys.empty();
  });
}

bool names(const Rule& rule, const std::string& module, const std::string& action) {
  return holds(rule.modules, module) &&
         (holds(rule.actions, action) || holds(rule.actions, std::string("*")));
}

Coverage::Coverage(const Policy& policy, std::uint64_t most_steps)
    : policy_(policy), steps_left_(most_steps) {
  for (std::size_t i = 0; i < policy.rules.size(); ++i) {
    const Rule& rule = policy.rules[i];
    people_.push_back(people_of(policy, rule));
    conditions_.push_back(conditions_of(rule));
    for (const std::string& module : rule.modules) of_module_[module].push_back(i);
    if (rule.modules.size() * rule.actions.size() > most_pairs) {
      wide_.push_back(i);
      continue;
    }
    for (const std::string& module : rule.modules) {
      for (const std::string& action : rule.actions) {
        named_[module + ' ' + action].push_back(i);
      }
    }
  }
}

bool Coverage::spend(std::uint64_t steps) {
  steps_left_ -= std::min(steps, steps_left_);
  return steps_left_ > 0;
}

// Those that may name that action of the module; "*" is named by "*" alone. In the order of the
// rules, but for those of three kinds. Until `visit` says no.
template <typename Visit>
void Coverage::visit_rules(const std::string& module, const std::string& action,
                           Visit visit) const {
  const auto visit_named = [&](const std::string& name) {
    const auto found = named_.find(module + ' ' + name);
    if (found != named_.end()) static_cast<void>(std::ranges::all_of(found->second, visit));
  };
  visit_named("*");
  if (action != "*") visit_named(action);
  static_cast<void>(std::ranges::all_of(wide_, visit));
}

// One caller, module and action of the allow at `index`.
const Rule* Coverage::decider_of(std::size_t index, const Principal& callers,
                                 const std::string& module, const std::string& action) {
  const Rule& rule = policy_.rules[index];
  const std::uint64_t ids = 1 + callers.uids.size() + callers.gids.size() + callers.keys.size();
  const Rule* found = nullptr;
  visit_rules(module, action, [&](std::size_t i) {
    const Rule& other = policy_.rules[i];
    if (found != nullptr && found <= &other) return false;
    const std::uint64_t words = other.modules.size() + other.actions.size();
    if (!spend(words + ids * people_[i] + conditions_[index] * conditions_[i])) return false;
    if (i == index || (other.allow && i > index)) return true;
    if (!names(other, module, action) || !has_all_of(policy_, other, callers) ||
        !implies(rule.where, other.where)) {
      return true;
    }
    found = &other;
    return false;
  });
  return found;
}

const Rule* Coverage::rule_instead_of(std::size_t index) {
  const Rule& rule = policy_.rules[index];
  const Rule* first = nullptr;
  for (const std::size_t who : rule.who) {
    const Principal& callers = policy_.principals[who];
    if (is_for_nobody(callers)) continue;
    for (const std::string& module : rule.modules) {
      for (const std::string& action : rule.actions) {
        const Rule* decider = decider_of(index, callers, module, action);
        if (decider == nullptr) return nullptr;
        if (first == nullptr && !is_repetition(rule, *decider)) first = decider;
      }
    }
  }
  return first;
}

bool Coverage::may_take(const Rule& deny, const std::string& module, const std::string& action) {
  bool may = false;
  const auto look_at = [&](std::size_t i) {
    if (may) return false;
    const Rule& other = policy_.rules[i];
    const bool may_name = action == "*" || names(other, module, action);
    may = !spend(people_[i] * deny.who.size() + other.modules.size() + other.actions.size()) ||
          (other.allow && may_name && may_meet(policy_, deny, other));
    return !may;
  };
  if (action == "*") {
    const auto found = of_module_.find(module);
    if (found != of_module_.end()) static_cast<void>(std::ranges::all_of(found->second, look_at));
  } else {
    visit_rules(module, action, look_at);
  }
  return may;
}

bool Coverage::may_take(const Rule& deny) {
  return std::ranges::any_of(deny.modules, [&](const std::string& module) {
    return std::ranges::any_of(
        deny.actions, [&](const std::string& action) { return may_take(deny, module, action); });
  });
}

}  // namespace mgr
