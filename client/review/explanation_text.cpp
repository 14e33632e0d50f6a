// mgrctl, with the caller's own uid; distrusts the policy.
#include "client/review/explanation_text.h"

#include <algorithm>
#include <span>

#include "client/display.h"
#include "client/word_list.h"
#include "policy/type_name.h"

namespace mgr::client {
namespace {

constexpr std::size_t most_rules = 10;  // of those that do not apply

// Collects lines, each of them harmless.
class Lines {
 public:
  void add(const std::string& line) { text_ += harmless(line) + '\n'; }
  // TOML in ASCII, with its line feeds.
  void add_raw(const std::string& lines) { text_ += lines; }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

std::string decision_line(const Explanation& found, const Asked& asked) {
  if (found.verdict == Verdict::invalid) return "invalid: " + asked.request + ": " + found.reason;
  const bool allowed = found.verdict == Verdict::allow;
  return (allowed ? "allowed: " : "denied: ") + asked.caller + (allowed ? " may " : " may not ") +
         asked.request;
}

std::string effect_of(const Rule& rule) { return rule.allow ? "[[allow]]" : "[[deny]]"; }

void add_rule(const Explanation& found, Lines& lines) {
  if (found.rule == nullptr) return lines.add("rule: none, since " + found.reason);
  lines.add("rule: " + place_of(*found.rule) + " " + effect_of(*found.rule));
  for (const std::string& reason : found.because) lines.add("  " + reason);
  if (found.lacks_proof) lines.add("  but " + found.reason);
}

void add_caller(const Explanation& found, const Asked& asked, Lines& lines) {
  std::string line = asked.caller + " is: " + word_list(found.principals);
  if (!found.principals_by_entry.empty()) {
    line += "; for a [[deny]] also: " + word_list(found.principals_by_entry);
  }
  lines.add(line);
}

void add_terms(const Explanation& found, Lines& lines) {
  std::vector<std::string> terms;
  const Proof proof = found.action->min_proof;
  if (proof == Proof::kernel) terms.emplace_back("the kernel's word for who is asking");
  if (proof == Proof::signature) terms.emplace_back("a signed request");
  if (found.action->confirm) terms.emplace_back("a confirmation");
  if (found.rule != nullptr && found.rule->rate.count > 0) {
    terms.push_back("at most " + rate_text(found.rule->rate));
  }
  if (!terms.empty()) lines.add("it wants: " + word_list(terms));
  if (found.verdict != Verdict::allow) return;
  const JobScope scope = found.rule->jobs;
  lines.add(scope == JobScope::all ? "of jobs it reaches: all"
            : scope == JobScope::claimed
                ? "of jobs it reaches: the caller's own, on behalf of the same person"
                : "of jobs it reaches: the caller's own");
}

void add_nearest(const Explanation& found, Lines& lines) {
  const std::size_t shown = std::min(found.nearest.size(), most_rules);
  for (const RuleReport& report : std::span(found.nearest).first(shown)) {
    lines.add("not by " + place_of(*report.rule) + ":");
    for (const Mismatch& mismatch : report.mismatches) lines.add("  " + mismatch.text);
  }
  if (shown < found.nearest.size()) {
    lines.add("nor by " + std::to_string(found.nearest.size() - shown) + " other rules");
  }
}

void add_grant(const Explanation& found, Lines& lines) {
  if (!found.grant) {
    if (!found.no_grant.empty()) lines.add(found.no_grant);
    return;
  }
  const std::string file = found.grant->file.empty() ? "policy.toml" : found.grant->file;
  lines.add("These lines at the end of " + file + " would grant it:");
  lines.add("");
  for (const std::string& note : found.grant->notes) lines.add("# " + note);
  lines.add_raw(found.grant->lines);
}

}  // namespace

std::string explanation_text(const Explanation& found, const Asked& asked) {
  Lines lines;
  lines.add(decision_line(found, asked));
  if (found.verdict != Verdict::invalid) {
    add_rule(found, lines);
    add_caller(found, asked, lines);
    add_terms(found, lines);
    add_nearest(found, lines);
  }
  add_grant(found, lines);
  return lines.take();
}

std::string request_words(const Question& question) {
  std::string words = question.module + " " + question.action;
  for (const Field& field : question.arguments) words += " " + field.name + "=" + field.value;
  return words;
}

}  // namespace mgr::client
