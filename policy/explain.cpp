// mgrctl, with the caller's own uid; pure.
#include "policy/explain.h"

#include <algorithm>
#include <array>

namespace mgr {
namespace {

constexpr std::size_t most_distant = 3;  // of rules about something else

Explanation invalid(Explanation found, std::string reason) {
  found.verdict = Verdict::invalid;
  found.reason = std::move(reason);
  found.no_grant = "no line of a policy makes it valid";
  return found;
}

// A body and a secret are no matter of rules, and nobody has to tell one to be told of them.
std::vector<Argument> arguments_for_rules(const KnownAction& action) {
  std::vector<Argument> declared;
  for (const Argument& argument : action.arguments) {
    const TypeKind kind = argument.type.kind;
    if (kind != TypeKind::secret && kind != TypeKind::blob) declared.push_back(argument);
  }
  return declared;
}

Result<ArgumentValues> read_arguments(const KnownAction& action, const std::vector<Field>& given) {
  std::vector<FieldView> fields;
  for (const Field& field : given) fields.push_back({field.name, field.value});
  const std::vector<Argument> declared = arguments_for_rules(action);
  for (const Argument& argument : action.arguments) {
    const bool is_looked_at =
        std::ranges::find(declared, argument.name, &Argument::name) != declared.end();
    if (!is_looked_at && std::ranges::find(given, argument.name, &Field::name) != given.end()) {
      return fail(ErrorCode::invalid_argument,
                  argument.name + ": no rule looks at a secret or a body, so leave it out");
    }
  }
  return check_arguments(declared, fields);
}

Proof proof_of(const Subject& subject) {
  if (!subject.key.empty()) return Proof::signature;
  return subject.uid && !is_nobody(*subject.uid) ? Proof::kernel : Proof::none;
}

std::string proof_wanted(Proof proof) {
  return proof == Proof::signature
             ? "the action wants a signed request, and this caller signs none; mgrctl keygen makes "
               "a "
               "key, and --as key:ID asks about it"
             : "the action wants a proof of who is asking, and there is none for this caller";
}

// What no line of a policy can mend, or "".
std::string obstacle(const KnownAction& action, const Subject& subject) {
  if (action.min_proof <= proof_of(subject)) return "";
  return proof_wanted(action.min_proof);
}

bool is_about_request(const RuleReport& report) {
  return std::ranges::none_of(report.mismatches, [](const Mismatch& mismatch) {
    return mismatch.kind == Mismatch::Kind::module || mismatch.kind == Mismatch::Kind::action;
  });
}

// All [[allow]]s about this module and action; where there are none, those that miss by least.
std::vector<RuleReport> nearest_allows(const Policy& policy, const Fitting& request) {
  std::vector<RuleReport> all, about;
  for (const Rule& rule : policy.rules) {
    if (!rule.allow) continue;
    RuleReport report{&rule, mismatches(policy, rule, request)};
    (is_about_request(report) ? about : all).push_back(std::move(report));
  }
  std::vector<RuleReport>& nearest = about.empty() ? all : about;
  std::ranges::stable_sort(nearest, {},
                           [](const RuleReport& report) { return report.mismatches.size(); });
  if (about.empty() && nearest.size() > most_distant) nearest.resize(most_distant);
  return std::move(nearest);
}

}  // namespace

std::string_view word_of(Verdict verdict) {
  static constexpr std::array<std::string_view, 3> words{"allow", "deny", "invalid"};
  return words.at(static_cast<std::size_t>(verdict));
}

Explainer::Explainer(PolicyReview review)
    : decider_(without_revoked_keys(review)), known_(std::move(review.known)) {}

Explanation Explainer::explain(const Question& question) const {
  Explanation found = about_caller(question.caller.subject);
  found.module = find_module(known_, question.module);
  if (found.module == nullptr) return invalid(found, "there is no module " + question.module);
  found.action = find_action(*found.module, question.action);
  if (found.action == nullptr) {
    return invalid(found, found.module->name + " has no action " + question.action);
  }
  const auto arguments = read_arguments(*found.action, question.arguments);
  if (!arguments) return invalid(found, arguments.error().detail);

  const Subject& subject = question.caller.subject;
  const Fitting request{found.module->name, found.action->name, *arguments,
                        decider_.principals_of(subject), decider_.principals_of(subject, true)};
  const auto decision = decider_.decide(subject, request.module, request.action, *arguments);
  found.rule = decision ? &decision->rule() : decision.error().rule;
  if (found.rule != nullptr) found.because = reasons(policy(), *found.rule, request);
  if (decision) {
    explain_allow(question, found);
  } else if (found.rule != nullptr) {
    explain_deny(request, found);
  } else {
    explain_default(question, request, found);
  }
  return found;
}

Explanation Explainer::about_caller(const Subject& subject) const {
  Explanation found;
  for (const auto name : decider_.principals_of(subject)) found.principals.emplace_back(name);
  for (const auto name : decider_.principals_of(subject, true)) {
    const bool by_process = std::ranges::find(found.principals, name) != found.principals.end();
    if (!by_process) found.principals_by_entry.emplace_back(name);
  }
  return found;
}

void Explainer::explain_allow(const Question& question, Explanation& found) {
  found.reason = obstacle(*found.action, question.caller.subject);
  found.lacks_proof = !found.reason.empty();
  found.verdict = found.lacks_proof ? Verdict::deny : Verdict::allow;
  if (found.lacks_proof) {
    found.no_grant =
        "no line of a policy lowers the proof that an action wants; its min_proof in modules.d "
        "says "
        "which";
  } else {
    found.reason = "the first [[allow]] that applies";
  }
}

void Explainer::explain_deny(const Fitting& request, Explanation& found) const {
  found.verdict = Verdict::deny;
  found.reason = "a [[deny]] applies, and wins over every [[allow]]";
  for (const Rule& rule : policy().rules) {
    const bool is_of_interest = !rule.allow || found.allow_beneath == nullptr;
    if (!is_of_interest || !mismatches(policy(), rule, request).empty()) continue;
    if (rule.allow) {
      found.allow_beneath = &rule;
    } else {
      found.denies.push_back(&rule);
    }
  }
  found.no_grant = "no line grants it while the [[deny]] stands at";
  for (const Rule* deny : found.denies) {
    found.no_grant += (deny == found.denies.front() ? " " : " and at ") + place_of(*deny);
  }
  found.no_grant +=
      found.allow_beneath == nullptr
          ? "; without it, no [[allow]] applies"
          : "; without it, the [[allow]] at " + place_of(*found.allow_beneath) + " would decide";
}

void Explainer::explain_default(const Question& question, const Fitting& request,
                                Explanation& found) const {
  found.verdict = Verdict::deny;
  found.reason = "no [[allow]] applies";
  found.nearest = nearest_allows(policy(), request);
  std::string unmendable = obstacle(*found.action, question.caller.subject);
  if (unmendable.empty()) unmendable = why_unlisted(*found.action, request.arguments);
  if (!unmendable.empty()) {
    found.no_grant = "no line grants it: " + unmendable;
    return;
  }
  const bool has_near = !found.nearest.empty() && is_about_request(found.nearest.front());
  found.grant = grant_lines(policy(), request, question.caller, *found.action,
                            has_near ? found.nearest.front().rule : nullptr);
}

}  // namespace mgr
