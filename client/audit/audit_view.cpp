// mgrctl, with the caller's own uid. Distrusts every line.
#include "client/audit/audit_view.h"

#include <algorithm>
#include <charconv>

#include "client/display.h"
#include "client/json_value.h"
#include "client/keys/key_record.h"
#include "client/users.h"
#include "protocol/audit_line.h"
#include "protocol/utc_time.h"

namespace mgr::client {
namespace {

using Value = JsonValue;

tl::unexpected<Failure> invalid(std::string detail) {
  return failed(Failure::Kind::invalid_request, std::move(detail));
}

std::optional<std::uint64_t> number_of(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool good = error == std::errc() && end == text.data() + text.size();
  return good ? std::optional(number) : std::nullopt;
}

Outcome<std::string> time_of(const std::optional<std::string>& text) {
  if (!text) return "";
  const auto seconds = parse_validity(*text);
  if (!seconds) return invalid(*text + " is no time; write 2027-01-31, or 2027-01-31T12:00:00Z");
  return utc_time(*seconds * 1'000'000);
}

bool is_plain(std::string_view line) {
  return std::ranges::all_of(line, [](char byte) { return byte >= ' ' && byte <= '~'; });
}

// Strings without their quotes where that leaves no doubt.
std::string value_text(const Value& value) {
  if (value.is(Value::Kind::string) && !value.text.empty() &&
      value.text.find_first_of(" \"=") == std::string::npos) {
    return harmless(value.text);
  }
  return harmless(to_json(value));
}

bool names_job(const Value& holder, std::uint64_t job) {
  const Value* const jobs = holder.find("jobs");
  if (jobs == nullptr) return false;
  return std::ranges::any_of(jobs->items,
                             [&](const Value& each) { return each.number_at("id") == job; });
}

// The end of one; what started or stopped one; what asked about one.
bool is_about(const Value& record, std::uint64_t job) {
  if (record.number_at("id") == job) return true;
  if (const Value* data = record.find("data"); data != nullptr && names_job(*data, job))
    return true;
  const Value* const arguments = record.find("arguments");
  if (arguments == nullptr) return false;
  const std::string text = std::to_string(job);
  return arguments->string_at("id") == text || arguments->string_at("ids") == text;
}

// Answers without effect, and denials beyond ten a second, are in the sums of their second alone.
bool has_sum_of(const Value& record, const AuditQuery& query) {
  const Value* const counts = record.find("counts");
  if (counts == nullptr) return false;
  return std::ranges::any_of(counts->items, [&](const Value& each) {
    return (!query.uid || each.number_at("uid") == *query.uid) &&
           (!query.key || each.string_at("key") == *query.key);
  });
}

// Without parsing it, which would take minutes for a large log: names and numbers stand in a line
// as they are asked for.
bool may_fit(const AuditQuery& query, std::string_view line) {
  const auto has = [&](const std::string& text) { return line.find(text) != line.npos; };
  return (!query.uid || has("\"uid\":" + std::to_string(*query.uid))) &&
         (!query.key || has(*query.key)) && (!query.module || has(*query.module)) &&
         (!query.action || has(*query.action)) && (!query.job || has(std::to_string(*query.job)));
}

}  // namespace

std::string audit_text(std::string_view line, bool json) {
  if (json) return (is_plain(line) ? std::string(line) : harmless(line)) + '\n';
  const auto record = parse_audit_line(line) ? parse_json(line) : std::nullopt;
  if (!record) return "damaged: " + harmless(line) + '\n';
  std::string text;
  for (std::size_t i = 0; i < record->items.size(); ++i) {
    const std::string& name = record->names[i];
    if (name == "prev" || name == "mac") continue;
    if (!text.empty()) text += ' ';
    if (i > 2) text += harmless(name) + '=';  // seq, time and event speak for themselves
    text += value_text(record->items[i]);
  }
  return text + '\n';
}

Outcome<AuditQuery> AuditQuery::of(const Options& options) {
  AuditQuery query;
  const AuditOptions& audit = options.audit;
  query.key = options.job.key;
  query.module = options.job.module;
  query.action = audit.action;
  query.event = audit.event;
  if (options.job.caller && !(query.uid = find_uid(*options.job.caller))) {
    return invalid("there is no user " + *options.job.caller);
  }
  if (audit.job && !(query.job = number_of(*audit.job))) return invalid("--job wants a job's id");
  if (audit.seq) {
    const std::size_t dash = audit.seq->find('-');
    const auto first = number_of(std::string_view(*audit.seq).substr(0, dash));
    const auto last = dash == std::string::npos
                          ? first
                          : number_of(std::string_view(*audit.seq).substr(dash + 1));
    if (!first || !last || *first > *last) {
      return invalid("--seq wants a number, or two with a - between, the smaller one first");
    }
    query.first = *first;
    query.last = *last;
  }
  auto since = time_of(audit.since), until = time_of(audit.until);
  if (!since || !until) return tl::unexpected(since ? until.error() : since.error());
  query.since = std::move(*since);
  query.until = std::move(*until);
  return query;
}

bool AuditQuery::fits(std::string_view line) const {
  const auto parsed = parse_audit_line(line);
  if (!parsed || parsed->seq < first || parsed->seq > last) return false;
  if (event && parsed->event != *event) return false;
  if (parsed->time < since || (!until.empty() && parsed->time >= until)) return false;
  if (!uid && !key && !module && !action && !job) return true;
  if (!may_fit(*this, line)) return false;
  const auto record = parse_json(line);
  if (!record) return false;
  if (!module && !action && !job && has_sum_of(*record, *this)) return true;
  const auto is = [&](const std::optional<std::string>& wanted, const char* name) {
    return !wanted || record->string_at(name) == *wanted;
  };
  return is(key, "key") && is(module, "module") && is(action, "action") &&
         (!uid || record->number_at("uid") == *uid) && (!job || is_about(*record, *job));
}

}  // namespace mgr::client
