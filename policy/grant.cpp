// mgrctl, with the caller's own uid; pure.
#include "policy/grant.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "policy/toml_text.h"
#include "protocol/text.h"

namespace mgr {
namespace {

const Principal* find_principal(const Policy& policy, std::string_view name) {
  const auto found = std::ranges::find(policy.principals, name, &Principal::name);
  return found == policy.principals.end() ? nullptr : &*found;
}

// How many callers it may be; a group has any number.
std::size_t width(const Principal& principal) {
  const bool any_number = principal.is_anyone || !principal.gids.empty();
  return any_number ? std::numeric_limits<std::size_t>::max()
                    : principal.uids.size() + principal.keys.size();
}

bool names(const Policy& policy, const Rule& rule, const Principal& principal) {
  return std::ranges::any_of(
      rule.who, [&](std::size_t who) { return &policy.principals[who] == &principal; });
}

// Null where the caller is nothing but anyone.
const Principal* choose_principal(const Policy& policy, const Fitting& request,
                                  const Rule* nearest) {
  const Principal* chosen = nullptr;
  bool chosen_is_near = false;
  for (const std::string_view name : request.principals) {
    const Principal* principal = find_principal(policy, name);
    if (principal == nullptr || principal->is_anyone) continue;
    const bool is_near = nearest != nullptr && names(policy, *nearest, *principal);
    const bool better = chosen == nullptr || (is_near && !chosen_is_near) ||
                        (is_near == chosen_is_near && width(*principal) < width(*chosen));
    if (!better) continue;
    chosen = principal;
    chosen_is_near = is_near;
  }
  return chosen;
}

// A name that no principal has: the user's, the key's, or else a number.
std::string new_name(const Policy& policy, const Grantee& grantee) {
  const std::string& key = grantee.subject.key;
  const std::string& wanted = key.empty() ? grantee.user : key;
  if (is_name(wanted) && find_principal(policy, wanted) == nullptr) return wanted;
  const std::string base = key.empty() ? "uid-" + std::to_string(*grantee.subject.uid) : "key";
  std::string name = base;
  for (int i = 2; find_principal(policy, name) != nullptr; ++i) {
    name = base + "-" + std::to_string(i);
  }
  return name;
}

bool is_somebody(const Grantee& grantee) {
  const Subject& subject = grantee.subject;
  return !grantee.is_anyone && (!subject.key.empty() || (subject.uid && !is_nobody(*subject.uid)));
}

// A file that is read after the one that declares the principal: a rule names it there.
std::string file_for(const Policy& policy, const Principal* principal) {
  if (policy.rules.empty()) return "";
  if (principal == nullptr) return policy.rules.front().file;
  const auto naming = std::ranges::find_if(
      policy.rules, [&](const Rule& rule) { return names(policy, rule, *principal); });
  return naming == policy.rules.end() ? policy.rules.back().file : naming->file;
}

// Nothing for a text that no condition can name: what has ".." in it is a range there.
std::optional<std::string> exact_value(const Scalar& item) {
  if (std::holds_alternative<std::int64_t>(item)) return scalar_text(item);
  const std::string text = scalar_text(item);
  return text.find("..") == text.npos ? std::optional(toml_string(text)) : std::nullopt;
}

// "[1, 2]" or "1"
std::optional<std::string> exact_values(const ArgumentValue& value) {
  std::vector<std::string> texts;
  for (const Scalar& item : value.items) {
    auto text = exact_value(item);
    if (!text) return std::nullopt;
    if (std::ranges::find(texts, *text) == texts.end()) texts.push_back(std::move(*text));
  }
  if (texts.size() == 1) return texts.front();
  std::string list;
  for (const std::string& text : texts) list += (list.empty() ? "" : ", ") + text;
  return "[" + list + "]";
}

// What no condition is about may be anything, be it in this request or not.
void note_the_rest(const Fitting& request, const KnownAction& action,
                   const std::vector<std::string>& seen, Grant& grant) {
  if (seen.empty() && !action.arguments.empty()) {
    grant.notes.emplace_back("they grant it with any arguments");
  }
  if (seen.empty()) return;
  for (const Argument& argument : action.arguments) {
    if (std::ranges::find(seen, argument.name) != seen.end()) continue;
    const bool is_given = find_argument(request.arguments, argument.name) != nullptr;
    grant.notes.push_back("they grant it with any " + argument.name +
                          (is_given ? "" : ", which this request leaves out"));
  }
}

// The arguments that conditions must be about: those of the nearest rule, or, where there is none,
// all that were given; and those to be listed.
std::vector<std::string> to_be_named(const Rule* nearest, const Fitting& request,
                                     const KnownAction& action) {
  std::vector<std::string> names;
  const auto add = [&](const std::string& name) {
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  };
  if (nearest == nullptr) {
    for (const ArgumentValue& value : request.arguments) add(value.name);
  } else {
    for (const Condition& condition : nearest->where) add(condition.argument);
  }
  for (const Argument& argument : action.arguments) {
    if (argument.type.listed) add(argument.name);
  }
  return names;
}

void add_conditions(const Rule* nearest, const Fitting& request, const KnownAction& action,
                    Grant& grant) {
  std::string conditions;
  const std::vector<std::string> named = to_be_named(nearest, request, action);
  for (const std::string& name : named) {
    const ArgumentValue* value = find_argument(request.arguments, name);
    const auto exact = value == nullptr ? std::nullopt : exact_values(*value);
    if (exact) {
      conditions += (conditions.empty() ? "" : ", ") + toml_key(name) + " = " + *exact;
    } else {
      grant.notes.push_back("they grant it with any " + name +
                            (value == nullptr
                                 ? ", since no condition holds for what is left out"
                                 : ", since no condition can name a text with .. in it"));
    }
  }
  if (!conditions.empty()) grant.lines += "where  = { " + conditions + " }\n";
  note_the_rest(request, action, named, grant);
}

std::string add_principal(const Policy& policy, const Grantee& grantee, Grant& grant) {
  const std::string name = new_name(policy, grantee);
  grant.lines += "[[principal]]\nname = " + toml_string(name) + '\n';
  if (!grantee.subject.key.empty()) {
    grant.lines += "key  = " + toml_string(grantee.subject.key);
  } else {
    grant.lines += grantee.user.empty() ? "uid  = " + std::to_string(*grantee.subject.uid)
                                        : "user = " + toml_string(grantee.user);
  }
  grant.lines += "\n\n";
  return name;
}

}  // namespace

std::string why_unlisted(const KnownAction& action, const ArgumentValues& arguments) {
  for (const Argument& argument : action.arguments) {
    if (!argument.type.listed) continue;
    const ArgumentValue* value = find_argument(arguments, argument.name);
    const std::string wanted = "every rule must list its " + argument.name;
    if (value == nullptr) return wanted + ", and none can list what is left out";
    if (!exact_values(*value)) return wanted + ", and none can name a text with .. in it";
  }
  return "";
}

Grant grant_lines(const Policy& policy, const Fitting& request, const Grantee& grantee,
                  const KnownAction& action, const Rule* nearest) {
  Grant grant;
  const Principal* principal = choose_principal(policy, request, nearest);
  grant.file = file_for(policy, principal);
  std::string who = anyone_principal;
  if (principal != nullptr) {
    who = principal->name;
    const bool is_named = std::ranges::any_of(
        policy.rules, [&](const Rule& rule) { return names(policy, rule, *principal); });
    if (!is_named)
      grant.notes.push_back("they must stand behind the [[principal]] " + who +
                            ", which may be in a file that is read later");
    if (width(*principal) > 1) grant.notes.push_back("they grant it to all that are " + who);
  } else if (is_somebody(grantee)) {
    who = add_principal(policy, grantee, grant);
  } else {
    grant.notes.emplace_back("they grant it to everybody who connects");
  }
  grant.lines += "[[allow]]\nwho    = " + toml_string(who) +
                 "\nmodule = " + toml_string(request.module) +
                 "\naction = " + toml_string(request.action) + '\n';
  add_conditions(nearest, request, action, grant);
  return grant;
}

}  // namespace mgr
