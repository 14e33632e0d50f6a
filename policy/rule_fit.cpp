// mgrctl, with the caller's own uid; pure.
#include "policy/rule_fit.h"

#include <algorithm>

namespace mgr {
namespace {

constexpr std::size_t most_listed = 20;  // of names or values in one text

std::string listed(const std::vector<std::string>& words, const char* last) {
  std::string text;
  const std::size_t shown = std::min(words.size(), most_listed);
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) text += i + 1 == words.size() ? last : ", ";
    text += words[i];
  }
  return shown == words.size() ? text : text + ", …";
}

template <typename Words>
bool contains(const Words& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

std::vector<std::string> names_of(const Policy& policy, const Rule& rule) {
  std::vector<std::string> names;
  for (const std::size_t who : rule.who) names.push_back(policy.principals[who].name);
  return names;
}

bool is_about_action(const Rule& rule, std::string_view action) {
  return contains(rule.actions, action) || contains(rule.actions, "*");
}

Mismatch principal_mismatch(const Policy& policy, const Rule& rule, const Fitting& request) {
  Mismatch mismatch{Mismatch::Kind::principal, "", "", listed(names_of(policy, rule), " or "), ""};
  mismatch.text = "the caller is not " + mismatch.wanted;
  for (const std::size_t who : rule.who) {
    const Principal& principal = policy.principals[who];
    if (contains(request.principals_for_deny, principal.name)) {
      mismatch.text += "; it is " + principal.name + " by the user database, not by its process";
    } else if (matches_nobody(principal)) {
      mismatch.text += "; " + principal.name + " matches nobody on this machine";
    }
  }
  return mismatch;
}

// The first element that decides that the condition does not hold, or, on a deny, that it does.
const Scalar* deciding_element(const Condition& condition, bool allow, const ArgumentValue& value) {
  const auto found = std::ranges::find_if(value.items, [&](const Scalar& item) {
    return lies_inside(condition, allow, item) != allow;
  });
  return found == value.items.end() ? nullptr : &*found;
}

bool is_unmeasured(const Condition& condition, const Scalar& item) {
  return std::holds_alternative<std::int64_t>(item) ? condition.ranges.empty()
                                                    : condition.texts.empty();
}

std::string unmeasured_text(const Scalar& item) {
  return std::holds_alternative<std::int64_t>(item) ? ", a number, where the rule has texts alone"
                                                    : ", a text, where the rule has numbers alone";
}

Mismatch condition_mismatch(const Condition& condition, bool allow,
                            const ArgumentValues& arguments) {
  Mismatch mismatch{Mismatch::Kind::condition, condition.argument, "", wanted_by(condition), ""};
  const ArgumentValue* value = find_argument(arguments, condition.argument);
  if (value == nullptr || value->items.empty()) {
    mismatch.text = condition.argument + " is left out, and must be " + mismatch.wanted;
    return mismatch;
  }
  const Scalar* deciding = allow ? deciding_element(condition, allow, *value) : nullptr;
  const Scalar& item = deciding != nullptr ? *deciding : value->items.front();
  mismatch.element = scalar_text(item);
  mismatch.text = condition.argument + " is " + mismatch.element;
  if (is_unmeasured(condition, item)) {
    mismatch.text += unmeasured_text(item);
  } else {
    mismatch.text += ", and must be " + mismatch.wanted;
  }
  return mismatch;
}

std::string reason_of(const Condition& condition, bool allow, const ArgumentValues& arguments) {
  const ArgumentValue& value = *find_argument(arguments, condition.argument);
  const Scalar* deciding = allow ? nullptr : deciding_element(condition, allow, value);
  std::vector<std::string> items;
  for (const Scalar& item : value.items) {
    if (deciding == nullptr || &item == deciding) items.push_back(scalar_text(item));
  }
  const std::string text = condition.argument + (deciding == nullptr ? " is " : " has ");
  if (deciding != nullptr && is_unmeasured(condition, *deciding)) {
    return text + items.front() + unmeasured_text(*deciding) + ", which a deny takes as met";
  }
  return text + listed(items, " and ") + ", and the rule says " + wanted_by(condition);
}

std::string range_text(const IntegerRange& range) {
  const std::string least = std::to_string(range.least);
  return range.least == range.most ? least : least + ".." + std::to_string(range.most);
}

}  // namespace

std::vector<Mismatch> mismatches(const Policy& policy, const Rule& rule, const Fitting& request) {
  using enum Mismatch::Kind;
  std::vector<Mismatch> found;
  if (!contains(rule.modules, request.module)) {
    const std::string wanted = listed(rule.modules, " and ");
    found.push_back({module, "", "", wanted, "it is about the module " + wanted});
  }
  if (!is_about_action(rule, request.action)) {
    const std::string wanted = listed(rule.actions, " and ");
    found.push_back({action, "", "", wanted, "it is about the action " + wanted});
  }
  const auto& principals = rule.allow ? request.principals : request.principals_for_deny;
  const bool is_theirs = std::ranges::any_of(
      rule.who, [&](std::size_t who) { return contains(principals, policy.principals[who].name); });
  if (!is_theirs) found.push_back(principal_mismatch(policy, rule, request));
  for (const Condition& condition : rule.where) {
    if (holds(condition, rule.allow, request.arguments)) continue;
    found.push_back(condition_mismatch(condition, rule.allow, request.arguments));
  }
  return found;
}

std::vector<std::string> reasons(const Policy& policy, const Rule& rule, const Fitting& request) {
  std::vector<std::string> by_process, by_entry, lines;
  for (std::string& name : names_of(policy, rule)) {
    if (contains(request.principals, name)) {
      by_process.push_back(std::move(name));
    } else if (!rule.allow && contains(request.principals_for_deny, name)) {
      by_entry.push_back(std::move(name));
    }
  }
  if (!by_process.empty()) lines.push_back("the caller is " + listed(by_process, " and "));
  if (!by_entry.empty()) {
    lines.push_back("the caller is " + listed(by_entry, " and ") +
                    " by the user database, which counts for a deny");
  }
  for (const Condition& condition : rule.where) {
    lines.push_back(reason_of(condition, rule.allow, request.arguments));
  }
  return lines;
}

std::string wanted_by(const Condition& condition) {
  std::vector<std::string> words;
  for (const IntegerRange& range : condition.ranges) words.push_back(range_text(range));
  const std::vector<std::string> ranges = words;
  for (const std::string& text : condition.texts) {
    // "7" in a policy is both, and said once.
    if (!contains(ranges, text)) words.push_back('"' + text + '"');
  }
  return listed(words, " or ");
}

std::string place_of(const Rule& rule) { return rule.file + ":" + std::to_string(rule.line); }

bool matches_nobody(const Principal& principal) {
  return !principal.is_anyone && principal.uids.empty() && principal.gids.empty() &&
         principal.member_uids.empty() && principal.keys.empty();
}

}  // namespace mgr
