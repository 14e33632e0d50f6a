// Helper (root), pure; distrusts the subject's wishes: names and arguments.
#include "policy/decide.h"

#include <algorithm>
#include <array>

namespace mgr {

bool lies_inside(const Condition& condition, bool allow, const Scalar& item) {
  const auto* number = std::get_if<std::int64_t>(&item);
  if (number == nullptr ? condition.texts.empty() : condition.ranges.empty()) return !allow;
  if (number == nullptr) {
    return std::ranges::find(condition.texts, scalar_text(item)) != condition.texts.end();
  }
  return std::ranges::any_of(condition.ranges, [&](const IntegerRange& range) {
    return range.least <= *number && *number <= range.most;
  });
}

bool holds(const Condition& condition, bool allow, const ArgumentValues& arguments) {
  const ArgumentValue* value = find_argument(arguments, condition.argument);
  if (value == nullptr || value->items.empty()) return false;
  const auto is_inside = [&](const Scalar& item) { return lies_inside(condition, allow, item); };
  return allow ? std::ranges::all_of(value->items, is_inside)
               : std::ranges::any_of(value->items, is_inside);
}

namespace {

bool applies(const Rule& rule, const ArgumentValues& arguments) {
  return std::ranges::all_of(rule.where, [&](const Condition& condition) {
    return holds(condition, rule.allow, arguments);
  });
}

// Whether its conditions can hold for some arguments.
bool can_apply(const Rule& rule, const std::vector<Argument>& declared) {
  return std::ranges::all_of(rule.where, [&](const Condition& condition) {
    const auto argument = std::ranges::find(declared, condition.argument, &Argument::name);
    if (argument == declared.end()) return false;
    const bool integers = is_number(argument->type.kind);
    return !rule.allow || !(integers ? condition.ranges.empty() : condition.texts.empty());
  });
}

constexpr std::uint32_t no_rule = UINT32_MAX;

// The first rule of each kind, of those found so far in any order; as indices into Policy::rules.
struct Verdict {
  std::uint32_t allow = no_rule;
  std::uint32_t deny = no_rule;

  void add(bool allows, std::uint32_t rule) {
    std::uint32_t& first = allows ? allow : deny;
    first = std::min(first, rule);
  }
};

}  // namespace

Decider::Decider(Policy policy) : policy_(std::move(policy)) {
  for (std::uint32_t i = 0; i < policy_.principals.size(); ++i) {
    const Principal& principal = policy_.principals[i];
    for (const uid_t uid : principal.uids) by_uid_.emplace(uid, i);
    for (const gid_t gid : principal.gids) by_gid_.emplace(gid, i);
    for (const uid_t uid : principal.member_uids) by_member_.emplace(uid, i);
    for (const std::string& key : principal.keys) by_key_.emplace(key, i);
  }
  for (std::uint32_t i = 0; i < policy_.rules.size(); ++i) {
    const Rule& rule = policy_.rules[i];
    for (const std::string& module : rule.modules) {
      for (const std::string& action : rule.actions) {
        Entries& entries = index_[module + '\n' + action];
        for (const std::size_t who : rule.who) {
          entries.push_back({static_cast<std::uint32_t>(who), rule.allow, i, !rule.where.empty()});
        }
      }
    }
  }
  for (auto& [key, entries] : index_) std::ranges::sort(entries);
}

template <typename Visit>
void Decider::for_each_principal(const Subject& subject, Visit visit) const {
  if (!policy_.principals.empty() && policy_.principals.front().is_anyone) visit(0, false);
  const auto visit_all = [&](const auto& principals, const auto& id, bool by_entry) {
    auto [begin, end] = principals.equal_range(id);
    for (; begin != end; ++begin) visit(begin->second, by_entry);
  };
  if (!subject.key.empty()) return visit_all(by_key_, subject.key, false);
  if (!subject.uid || is_nobody(*subject.uid)) return;
  visit_all(by_uid_, *subject.uid, false);
  visit_all(by_member_, *subject.uid, true);
  for (const gid_t gid : subject.gids) {
    if (!is_nobody(gid)) visit_all(by_gid_, gid, false);
  }
}

const Decider::Entries* Decider::find_rules(std::string_view module,
                                            std::string_view action) const {
  // No rule names anything longer, so there is no need to allocate for it.
  if (module.size() > max_name_length || action.size() > max_name_length) return nullptr;
  std::array<char, 2 * max_name_length + 1> key{};
  auto end = std::ranges::copy(module, key.begin()).out;
  *end++ = '\n';
  end = std::ranges::copy(action, end).out;
  const auto found = index_.find(std::string_view(key.begin(), end));
  return found == index_.end() ? nullptr : &found->second;
}

const Decider::Entry* Decider::first_applying(const Entries& entries, std::uint32_t principal,
                                              bool by_entry,
                                              const ArgumentValues& arguments) const {
  auto entry = std::lower_bound(entries.begin(), entries.end(), Entry{principal, false, 0, false});
  for (; entry != entries.end() && entry->principal == principal; ++entry) {
    if (entry->allow && by_entry) return nullptr;
    if (!entry->conditional || applies(policy_.rules[entry->rule], arguments)) return &*entry;
  }
  return nullptr;
}

Decision Decider::decide(const Subject& subject, std::string_view module, std::string_view action,
                         const ArgumentValues& arguments) const {
  const std::array tables{find_rules(module, action), find_rules(module, "*")};
  Verdict verdict;
  for_each_principal(subject, [&](std::uint32_t principal, bool by_entry) {
    for (const Entries* table : tables) {
      if (table == nullptr) continue;
      const Entry* entry = first_applying(*table, principal, by_entry, arguments);
      if (entry != nullptr) verdict.add(entry->allow, entry->rule);
    }
  });
  if (verdict.deny != no_rule) return tl::unexpected(Denied{&policy_.rules[verdict.deny]});
  if (verdict.allow != no_rule) return Allowed(policy_.rules[verdict.allow]);
  return tl::unexpected(Denied{});
}

Ability Decider::ability(const Subject& subject, std::string_view module, std::string_view action,
                         const std::vector<Argument>& declared) const {
  Ability ability;
  const auto look_at = [&](const Rule& rule) {
    if (rule.where.empty()) (rule.allow ? ability.always : ability.never) = true;
    auto& rules = rule.allow ? ability.allows : ability.denies;
    const bool enough = ability.more && rules.size() == Ability::most_rules;
    if (rule.where.empty() || enough || !can_apply(rule, declared)) return;
    if (std::ranges::find(rules, &rule) != rules.end()) return;  // of another principal, too
    ability.more = ability.more || rules.size() == Ability::most_rules;
    if (rules.size() < Ability::most_rules) rules.push_back(&rule);
  };
  for_each_principal(subject, [&](std::uint32_t principal, bool by_entry) {
    for (const Entries* table : {find_rules(module, action), find_rules(module, "*")}) {
      if (table == nullptr) continue;
      auto entry = std::ranges::lower_bound(*table, principal, {}, &Entry::principal);
      for (; entry != table->end() && entry->principal == principal; ++entry) {
        if (!entry->allow || !by_entry) look_at(policy_.rules[entry->rule]);
      }
    }
  });
  return ability;
}

std::vector<std::string_view> Decider::principals_of(const Subject& subject, bool for_deny) const {
  std::vector<std::uint32_t> numbers;
  for_each_principal(subject, [&](std::uint32_t principal, bool by_entry) {
    if (for_deny || !by_entry) numbers.push_back(principal);
  });
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  std::vector<std::string_view> names;
  for (const std::uint32_t number : numbers) names.push_back(policy_.principals[number].name);
  return names;
}

}  // namespace mgr
