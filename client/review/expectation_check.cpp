// mgrctl, with the caller's own uid; distrusts the policy and the expectations.
#include "client/review/expectation_check.h"

#include <algorithm>
#include <charconv>

#include "client/client.h"
#include "client/review/caller.h"
#include "policy/users.h"

namespace mgr::client {
namespace {

tl::unexpected<Failure> unknown(std::string detail) {
  return failed(Failure::Kind::invalid_request, std::move(detail));
}

Outcome<gid_t> find_group(const std::string& name_or_gid) {
  gid_t gid = 0;
  const char* const end = name_or_gid.data() + name_or_gid.size();
  const auto read = std::from_chars(name_or_gid.data(), end, gid);
  if (read.ec == std::errc() && read.ptr == end) return gid;
  SystemUserDatabase users;
  const auto group = users.group(name_or_gid);
  if (!group) return unknown(group.error().detail);
  if (!*group) return unknown("there is no group " + name_or_gid + " here; write its number");
  return **group;
}

Outcome<Grantee> with_groups(uid_t uid, const std::vector<std::string>& groups) {
  Grantee caller{{uid, {}}, "", false};
  for (const std::string& group : groups) {
    const auto gid = find_group(group);
    if (!gid) return tl::unexpected(gid.error());
    caller.subject.gids.push_back(*gid);
  }
  return caller;
}

bool has(const std::vector<uid_t>& uids, uid_t uid) {
  return std::ranges::find(uids, uid) != uids.end();
}

// A uid that no principal of the policy has, and that proves somebody.
uid_t unused_uid(const Policy& policy) {
  uid_t uid = static_cast<uid_t>(-2);
  const auto is_used = [&](const Principal& principal) {
    return has(principal.uids, uid) || has(principal.member_uids, uid);
  };
  while (is_nobody(uid) || std::ranges::any_of(policy.principals, is_used)) --uid;
  return uid;
}

// A key likewise.
std::string unused_key(const Policy& policy) {
  std::string key = "key";
  const auto is_used = [&](const Principal& principal) {
    return std::ranges::find(principal.keys, key) != principal.keys.end();
  };
  for (int i = 1; std::ranges::any_of(policy.principals, is_used); ++i) {
    key = "key-" + std::to_string(i);
  }
  return key;
}

bool has_keys_alone(const Principal& principal) {
  return !principal.keys.empty() && principal.uids.empty() && principal.gids.empty();
}

// Somebody who is that principal, and no other.
Grantee member_of(Principal& principal, const Policy& policy) {
  Grantee member;
  member.is_anyone = principal.is_anyone;
  if (has_keys_alone(principal)) {
    member.subject.key = unused_key(policy);
    principal.keys.push_back(member.subject.key);
  } else {
    member.subject.uid = unused_uid(policy);
    if (!principal.is_anyone) principal.uids.push_back(*member.subject.uid);
  }
  return member;
}

// "policy.toml:14" is the end of "/etc/mgr/policy.toml:14", and not of
// "/etc/mgr/old-policy.toml:14".
bool ends_in(const std::string& place, const std::string& end) {
  if (!place.ends_with(end)) return false;
  return place.size() == end.size() || end.starts_with('/') ||
         place[place.size() - end.size() - 1] == '/';
}

std::string complaint_about(const Expectation& expectation, const Explanation& found) {
  if (found.verdict != expectation.decision) {
    return std::string(word_of(expectation.decision)) + " is expected, and it is " +
           std::string(word_of(found.verdict));
  }
  if (expectation.rule.empty()) return "";
  if (found.rule == nullptr)
    return "the rule " + expectation.rule + " is expected, and none decides";
  const std::string place = place_of(*found.rule);
  if (ends_in(place, expectation.rule)) return "";
  return "the rule " + expectation.rule + " is expected, and " + place + " decides";
}

}  // namespace

Checked ExpectationCheck::check(const Expectation& expectation) {
  Checked checked;
  Question question{
      {}, folded(expectation.module), folded(expectation.action), expectation.arguments};
  if (find_module(review_.known, expectation.module) != nullptr) {
    question.module = expectation.module;  // an alias is to the letter
  }
  checked.asked.request = request_words(question);
  auto asking = find_asking(expectation);
  if (!asking) {
    checked.complaint = asking.error().detail;
    return checked;
  }
  question.caller = std::move(asking->caller);
  checked.asked.caller = asking->name;
  const Explanation found = asking->explainer->explain(question);
  checked.decision = word_of(found.verdict);
  if (found.rule != nullptr) checked.rule = place_of(*found.rule);
  checked.complaint = complaint_about(expectation, found);
  checked.holds = checked.complaint.empty();
  if (!checked.holds) checked.explanation = explanation_text(found, checked.asked);
  return checked;
}

Outcome<ExpectationCheck::Asking> ExpectationCheck::find_asking(const Expectation& expectation) {
  if (expectation.principal) return stand_in(*expectation.principal);
  if (expectation.network) return Asking{{}, &all_, "the network"};
  auto caller = expectation.key  ? find_signer(*expectation.key, review_.keys)
                : expectation.as ? find_caller(expectation.as, review_.keys)
                                 : with_groups(expectation.uid.value_or(0), expectation.groups);
  if (!caller) return tl::unexpected(caller.error());
  std::string name = caller_name(*caller);
  return Asking{std::move(*caller), &all_, std::move(name)};
}

Outcome<ExpectationCheck::Asking> ExpectationCheck::stand_in(const std::string& principal) {
  const auto& principals = review_.policy.principals;
  const auto found = std::ranges::find(principals, principal, &Principal::name);
  if (found == principals.end()) return unknown("there is no principal " + principal);
  Principal changed = *found;
  const Grantee member = member_of(changed, review_.policy);
  auto& explainer = by_principal_[principal];
  if (explainer == nullptr) {
    PolicyReview review = review_;
    review.policy.principals[static_cast<std::size_t>(found - principals.begin())] = changed;
    explainer = std::make_unique<Explainer>(std::move(review));
  }
  return Asking{member, explainer.get(), "the principal " + principal};
}

}  // namespace mgr::client
