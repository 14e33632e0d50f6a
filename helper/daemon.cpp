// mgr-helper, root.
#include "helper/daemon.h"

#include "helper/log.h"
#include "protocol/json.h"
#include "protocol/signature.h"
#include "protocol/signed_request.h"

namespace mgr {
namespace {

void add_texts(JsonWriter& json, std::string_view name, const std::vector<std::string>& texts) {
  json.key(name).open_array();
  for (const std::string& text : texts) json.value(text);
  json.close_array();
}

}  // namespace

Result<std::unique_ptr<Daemon>> Daemon::open(uv_loop_t* loop, DaemonParts parts) {
  auto connections = Connections::open(loop);
  if (!connections) return tl::unexpected(connections.error());
  const JobsSettings jobs_settings = parts.jobs;
  std::unique_ptr<Daemon> daemon(new Daemon(loop, std::move(parts), std::move(*connections)));
  Daemon* self = daemon.get();
  auto jobs = Jobs::open(loop, jobs_settings, self->effects_.job_events());
  if (!jobs) return tl::unexpected(jobs.error());
  daemon->jobs_ = std::move(*jobs);
  daemon->effects_.use(*daemon->jobs_);
  daemon->connections_->tell_gone(
      [self](std::uint64_t connection) { self->effects_.client_gone(connection); });
  daemon->audit_.event("helper_started", "");
  return daemon;
}

Daemon::Daemon(uv_loop_t* loop, DaemonParts parts, std::unique_ptr<Connections> connections)
    : in_force_(std::move(parts.in_force)),
      audit_log_(std::move(parts.audit_log)),
      audit_(loop, audit_log_),
      connections_(std::move(connections)),
      paths_(parts.jobs.paths),
      host_key_(std::move(parts.host_key)),
      nonces_(std::move(parts.nonces)),
      identity_(*connections_, in_force_, nonces_),
      link_(loop, std::move(parts.broker_listener), in_force_->configuration.broker_uid,
            link_events()),
      doorkeeper_(loop, std::move(parts.client_listener), *connections_, link_, identity_,
                  in_force_),
      reloads_(loop, audit_, link_, std::move(parts.reload),
               [this](LoadedConfiguration loaded) { return take_over(std::move(loaded)); }),
      effects_(loop, audit_, link_, reloads_),
      answerer_(loop, *connections_, identity_, in_force_, audit_, effects_, link_),
      check_(new uv_check_t{}),
      prepare_(new uv_prepare_t{}) {
  // A turn ends after the poll, and once more before the next one for what the timers did.
  check_->data = prepare_->data = this;
  uv_check_init(loop, check_);
  uv_check_start(check_,
                 [](uv_check_t* handle) { static_cast<Daemon*>(handle->data)->turn_ended(); });
  uv_prepare_init(loop, prepare_);
  uv_prepare_start(prepare_,
                   [](uv_prepare_t* handle) { static_cast<Daemon*>(handle->data)->turn_ended(); });
}

Daemon::~Daemon() {
  uv_close(reinterpret_cast<uv_handle_t*>(check_),
           [](uv_handle_t* handle) { delete reinterpret_cast<uv_check_t*>(handle); });
  uv_close(reinterpret_cast<uv_handle_t*>(prepare_),
           [](uv_handle_t* handle) { delete reinterpret_cast<uv_prepare_t*>(handle); });
  audit_.event("helper_ended", "");
  if (const auto closed = nonces_.close(Clocks::now()); !closed) log_error(closed.error().detail);
}

void Daemon::end() {
  doorkeeper_.end();
  if (!link_.end()) return uv_stop(check_->loop);
  ends_ = Watch::after(check_->loop, 1000, [this] { uv_stop(check_->loop); });
}

LinkEvents Daemon::link_events() {
  LinkEvents events;
  events.up = [this] {
    log_info("the broker is connected");
    link_.send_settings(in_force_->configuration.broker_settings);
    doorkeeper_.link_up();
  };
  events.lost = [this] {
    // At our own end it is there, and tells clients by itself what was not taken: one line each.
    if (ends_) return uv_stop(check_->loop);
    log_warning("the broker is gone");
    doorkeeper_.link_lost();
    effects_.link_lost();
  };
  events.violation = [this](std::string_view why) { audit_.peer_event("link_refused", why); };
  events.answer_run = [this](ReplyTo to, const RunMessage& message) {
    answerer_.answer_run(to, message);
  };
  events.answer_closed = [this](const ClosedMessage& message, std::uint64_t id) {
    connections_->forget(message.connection);
    effects_.client_gone(reader_of(message.connection, id));
  };
  events.answer_refusals = [this](const RefusalsMessage& message) {
    audit_.broker_refused(message);
  };
  events.sign = [this](const ReplyTo& to, std::string_view line) {
    return encode_base64(
        sign_with_secret_key(host_key_, signed_reply_text(to.key, to.nonce, line)));
  };
  return events;
}

void Daemon::turn_ended() {
  do {
    effects_.commit();
    reloads_.turn_ended();
    effects_.send_outputs();
    const auto written = audit_.flush(false);
    if (!written) log_error(written.error().detail);
    if (written && jobs_) jobs_->ends_are_kept();
    link_.flush();
    if (written) effects_.remove_answered();
  } while (link_.go_on() || effects_.has_outputs());
  doorkeeper_.turn_ended();
}

// The broker learns of it before anybody else does.
Result<std::string> Daemon::take_over(LoadedConfiguration loaded) {
  const std::vector<std::string> warnings = std::move(loaded.warnings);
  auto next = build_running(std::move(loaded), paths_);
  if (!next) return tl::unexpected(next.error());
  const auto restart = keep_until_restart(in_force_->configuration, (*next)->configuration);
  (*next)->number = in_force_->number + 1;
  const InForce before = std::exchange(in_force_, std::move(*next));
  identity_.policy_changed();
  const CompiledConfiguration& now = in_force_->configuration;
  jobs_->set_limits(now.max_running, {now.keep_for, now.keep_jobs, now.keep_bytes});
  audit_.set_limits(audit_limits(now));
  link_.send_settings(now.broker_settings);
  JsonWriter json;
  json.open_object();
  add_texts(json, "warnings", warnings);
  add_texts(json, "restart", restart);
  return json.close_object().take();
}

}  // namespace mgr
