// mgrctl, with the caller's own uid; distrusts the policy. JsonWriter's text is ASCII.
#include <array>

#include "client/review/explanation_text.h"
#include "policy/type_name.h"
#include "protocol/json.h"

namespace mgr::client {
namespace {

void write_texts(JsonWriter& json, std::string_view name, const std::vector<std::string>& texts) {
  json.key(name).open_array();
  for (const std::string& text : texts) json.value(text);
  json.close_array();
}

std::string_view kind_word(Mismatch::Kind kind) {
  static constexpr std::array<std::string_view, 4> words{"module", "action", "principal",
                                                         "condition"};
  return words.at(static_cast<std::size_t>(kind));
}

void write_rule(JsonWriter& json, std::string_view name, const Rule* rule) {
  if (rule == nullptr) return;
  json.key(name).open_object().member("place", place_of(*rule));
  json.member("effect", rule->allow ? "allow" : "deny").close_object();
}

void write_terms(JsonWriter& json, const Explanation& found) {
  json.key("terms").open_object().member("min_proof", word_of(found.action->min_proof));
  json.member("confirm", found.action->confirm);
  if (found.rule != nullptr && found.rule->allow) {
    if (found.rule->rate.count > 0) json.member("rate", rate_text(found.rule->rate));
    json.member("jobs", word_of(found.rule->jobs));
  }
  json.close_object();
}

void write_mismatch(JsonWriter& json, const Mismatch& mismatch) {
  json.open_object().member("kind", kind_word(mismatch.kind));
  if (mismatch.kind == Mismatch::Kind::condition) {
    json.member("argument", mismatch.argument);
    if (!mismatch.element.empty()) json.member("element", mismatch.element);
  }
  json.member("wanted", mismatch.wanted).member("text", mismatch.text).close_object();
}

void write_nearest(JsonWriter& json, const Explanation& found) {
  json.key("nearest").open_array();
  for (const RuleReport& report : found.nearest) {
    json.open_object().member("place", place_of(*report.rule)).key("fails").open_array();
    for (const Mismatch& mismatch : report.mismatches) write_mismatch(json, mismatch);
    json.close_array().close_object();
  }
  json.close_array();
}

void write_grant(JsonWriter& json, const Explanation& found) {
  if (!found.no_grant.empty()) json.member("no_grant", found.no_grant);
  if (!found.grant) return;
  json.key("grant").open_object().member("lines", found.grant->lines);
  if (!found.grant->file.empty()) json.member("file", found.grant->file);
  write_texts(json, "notes", found.grant->notes);
  json.close_object();
}

}  // namespace

std::string explanation_json(const Explanation& found, const Asked& asked) {
  JsonWriter json;
  json.open_object().member("decision", word_of(found.verdict));
  json.member("reason", found.reason);
  json.member("caller", asked.caller).member("request", asked.request);
  write_texts(json, "principals", found.principals);
  write_texts(json, "principals_for_deny", found.principals_by_entry);
  write_rule(json, "rule", found.rule);
  if (found.rule != nullptr) write_texts(json, "because", found.because);
  if (found.action != nullptr) write_terms(json, found);
  write_rule(json, "allow_beneath", found.allow_beneath);
  if (!found.nearest.empty()) write_nearest(json, found);
  write_grant(json, found);
  return json.close_object().take();
}

}  // namespace mgr::client
