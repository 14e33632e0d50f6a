// mgr-helper, root. Distrusts every text: JsonWriter escapes it.
#include "helper/audit.h"

#include <algorithm>
#include <array>
#include <utility>

#include "protocol/json.h"
#include "protocol/text.h"

namespace mgr {
namespace {

constexpr unsigned denials_a_second = 10;
constexpr std::size_t max_sums = 256;
constexpr std::size_t longest_quotation = 256;
constexpr std::size_t longest_arguments = 1024;  // of a refusal, before they are escaped

// Enough of what was refused to know it again, and no way to fill the disk.
std::string_view clipped(std::string_view text) { return text.substr(0, longest_quotation); }

// Of who signed, or says so: where nobody was established, that is all there is to go by.
void append_claimed_key(JsonWriter& json, const RunMessage& message) {
  for (const FieldView& field : message.fields) {
    if (field.name == "auth-key") json.member("claimed_key", clipped(field.value));
  }
}

void append_caller(JsonWriter& json, const Caller* caller, const RunMessage& message) {
  json.member("transport", message.connection == 0 ? "tcp" : "unix");
  if (message.connection == 0) json.member("origin", clipped(message.origin));
  if (caller == nullptr) append_claimed_key(json, message);
  if (caller == nullptr || !caller->proven()) return;
  const CallerFacts& facts = caller->facts();
  if (caller->signs()) json.member("key", facts.subject.key);
  if (!facts.subject.uid) return;
  json.member("uid", *facts.subject.uid).member("gid", facts.gid).member("pid", facts.pid);
}

// The fields that have a member of their own, and its name.
struct OwnMember {
  std::string_view field, name;
};
constexpr std::array<OwnMember, 7> own_members{{{"module", "module"},
                                                {"action", "action"},
                                                {"mgr-on-behalf-of", "on_behalf_of"},
                                                {"mgr-request-id", "request_id"},
                                                {"auth-nonce", "nonce"},
                                                {"auth-time", "signed_at"},
                                                {"mgr-dry-run", "dry_run"}}};

// How much of a request is quoted: of a value, and of all arguments together.
struct Quotation {
  std::size_t each, arguments;
};

// What was asked for, as it was written. A field that comes again, which no client can send, and
// arguments beyond what is quoted are counted.
void append_request(JsonWriter& json, const RunMessage& message, Quotation longest) {
  JsonWriter arguments;
  arguments.open_object();
  std::array<bool, own_members.size()> is_told{};
  std::uint64_t omitted = 0;
  for (const FieldView& whole : message.fields) {
    const FieldView field{clipped(whole.name), whole.value.substr(0, longest.each)};
    const auto own = std::ranges::find(own_members, field.name, &OwnMember::field);
    if (own != own_members.end()) {
      bool& told = is_told.at(static_cast<std::size_t>(own - own_members.begin()));
      if (!told) json.member(own->name, field.value);
      omitted += std::exchange(told, true) ? 1U : 0U;
    } else if (!is_reserved_name(field.name)) {
      const std::size_t length = field.name.size() + field.value.size();
      const bool fits = length <= longest.arguments;
      if (fits) arguments.member(field.name, field.value);
      longest.arguments -= fits ? length : 0U;
      omitted += fits ? 0U : 1U;
    }
  }
  json.key("arguments").raw(arguments.close_object().text());
  if (omitted > 0) json.member("omitted", omitted);
  if (message.body) json.member("body_bytes", message.body->size());
}

void append_bucket(JsonWriter& json, const CallerBucket& bucket) {
  if (bucket.uid) json.member("uid", *bucket.uid);
  if (!bucket.key.empty()) json.member("key", bucket.key);
}

void append_rule(JsonWriter& json, const Rule* rule) {
  if (rule != nullptr) json.member("rule", rule->file + ':' + std::to_string(rule->line));
}

}  // namespace

AuditedEffect::~AuditedEffect() {
  if (audit_ != nullptr) failed({ErrorCode::failed, "dropped without an outcome"});
}

void AuditedEffect::succeeded(std::string_view data) {
  JsonWriter json;
  json.open_object().member("of", seq_).member("success", true);
  if (!data.empty()) json.key("data").raw(data);
  audit_->append("outcome", json.close_object().text());
  audit_ = nullptr;
}

void AuditedEffect::failed(const Error& error) {
  JsonWriter json;
  json.open_object().member("of", seq_).member("success", false);
  json.member("error", error_name(error.code)).member("detail", error.detail).close_object();
  audit_->append("outcome", json.text());
  ++audit_->counts_.effects_failed;
  audit_ = nullptr;
}

Audit::~Audit() {
  write_sums();
  static_cast<void>(log_.flush(true));
  log_.sync_key();
}

bool Audit::may_write_denial(const CallerBucket& bucket) {
  begin_second();
  return ++denials_this_second_[bucket] <= denials_a_second;
}

void Audit::count(const CallerBucket& bucket, std::string what) {
  begin_second();
  auto key = std::pair(bucket, std::move(what));
  if (sums_.size() >= max_sums && !sums_.contains(key)) key = {shared_bucket, "other"};
  ++sums_[key];
}

void Audit::begin_second() {
  if (!second_) second_ = Watch::after(loop_, 1000, [this] { end_second(); });
}

void Audit::end_second() {
  second_.reset();
  denials_this_second_.clear();
  write_sums();
  static_cast<void>(flush(true));
  log_.sync_key();
}

void Audit::write_sums() {
  // The line that tells of one that journald missed may be the next that it misses.
  const bool tells_missed = log_.missed_copies() > (sums_.empty() ? 1 : 0);
  if (sums_.empty() && !tells_missed) return;
  JsonWriter json;
  json.open_object();
  if (tells_missed) json.member("journal_missed", log_.take_missed_copies());
  json.key("counts").open_array();
  for (const auto& [key, number] : sums_) {
    json.open_object();
    append_bucket(json, key.first);
    json.member("what", key.second).member("count", number).close_object();
  }
  append("sums", json.close_array().close_object().text());
  sums_.clear();
}

std::uint64_t Audit::append(std::string_view event, std::string_view members) {
  ++counts_.lines;
  dirty_ = true;
  begin_second();
  return log_.append(event, members);
}

std::uint64_t Audit::refused(const Caller* caller, const RunMessage& message, const Error& error,
                             const Rule* rule) {
  ++counts_.refused.at(static_cast<std::size_t>(error.code));
  if (caller != nullptr && caller->signs()) ++counts_.requests_signed;
  const CallerBucket bucket = caller != nullptr ? caller->bucket() : shared_bucket;
  if (!may_write_denial(bucket)) {
    count(bucket, "refused " + std::string(error_name(error.code)));
    return 0;
  }
  JsonWriter json;
  json.open_object();
  append_caller(json, caller, message);
  append_request(json, message, {longest_quotation, longest_arguments});
  json.member("error", error_name(error.code)).member("detail", error.detail);
  append_rule(json, rule);
  return append("refused", json.close_object().text());
}

void Audit::answered(const Caller& caller, std::string_view module, std::string_view action) {
  ++counts_.answers;
  if (caller.signs()) ++counts_.requests_signed;
  count(caller.bucket(), std::string(module) + ' ' + std::string(action));
}

AuditedEffect Audit::begins(const Caller& caller, const RunMessage& message, const Rule& rule) {
  ++counts_.effects;
  if (caller.signs()) ++counts_.requests_signed;
  JsonWriter json;
  json.open_object();
  append_caller(json, &caller, message);
  append_request(json, message, {max_value_length, max_fields * max_value_length});
  append_rule(json, &rule);
  return {*this, append("effect", json.close_object().text())};
}

void Audit::job_ended(const Job& job) {
  JsonWriter json;
  json.open_object().member("id", job.spec.id).member("module", job.spec.module);
  json.member("action", job.spec.action).member("state", state_name(job.state));
  if (job.exit) {
    json.member(job.exit->outcome == JobOutcome::signalled ? "signal" : "exit_status",
                job.exit->status);
    if (!job.exit->detail.empty()) json.member("detail", job.exit->detail);
  }
  append("job_ended", json.close_object().text());
  ++counts_.jobs_ended;
}

void Audit::broker_refused(const RefusalsMessage& message) {
  if (!may_write_denial(shared_bucket)) return count(shared_bucket, "broker's refusals");
  JsonWriter json;
  json.open_object().key("counts").open_array();
  for (const Refusal& refusal : message.refusals) {
    json.open_object()
        .member("source", clipped(refusal.source))
        .member("error", error_name(refusal.code));
    json.member("count", refusal.count).close_object();
  }
  append("broker_refused", json.close_array().close_object().text());
}

void Audit::peer_event(std::string_view name, std::string_view detail) {
  if (!may_write_denial(shared_bucket)) return count(shared_bucket, std::string(name));
  event(name, detail);
}

void Audit::event(std::string_view name, std::string_view detail) {
  append(name, JsonWriter().open_object().member("detail", detail).close_object().text());
}

Result<void> Audit::flush(bool durable) {
  if (!dirty_ && !durable) return {};
  auto written = log_.flush(durable);
  dirty_ = !written;
  return written;
}

}  // namespace mgr
