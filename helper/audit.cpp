// mgr-helper, root. Distrusts every text: JsonWriter escapes it.
#include "helper/audit.h"

#include "protocol/json.h"
#include "protocol/text.h"

namespace mgr {
namespace {

constexpr unsigned denials_a_second = 10;
constexpr std::size_t max_sums = 256;
constexpr std::size_t longest_quotation = 256;

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

// Everything that was asked for, as it was written.
void append_request(JsonWriter& json, const RunMessage& message, std::size_t longest) {
  JsonWriter arguments;
  arguments.open_object();
  for (const FieldView& whole : message.fields) {
    const FieldView field{clipped(whole.name), whole.value.substr(0, longest)};
    if (field.name == "module" || field.name == "action") {
      json.member(field.name, field.value);
    } else if (field.name == "mgr-on-behalf-of") {
      json.member("on_behalf_of", field.value);
    } else if (field.name == "mgr-request-id") {
      json.member("request_id", field.value);
    } else if (field.name == "auth-nonce") {
      json.member("nonce", field.value);
    } else if (field.name == "auth-time") {
      json.member("signed_at", field.value);
    } else if (field.name == "mgr-dry-run") {
      json.member("dry_run", field.value);
    } else if (!is_reserved_name(field.name)) {
      arguments.member(field.name, field.value);
    }
  }
  json.key("arguments").raw(arguments.close_object().text());
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
  append_request(json, message, longest_quotation);
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
  append_request(json, message, max_value_length);
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
