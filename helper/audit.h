// What is written to the audit log, and when: every effect before it starts and its outcome after,
// every denial, sums for the rest. Helper, root. Lines for denials are limited to ten a second a
// caller, and answers without effect are counted: the log is no way to fill the disk.
#pragma once

#include <uv.h>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "helper/audit_log.h"
#include "helper/identity.h"
#include "helper/jobs/jobs.h"
#include "helper/jobs/watch.h"

namespace mgr {

class Audit;

// What has been audited since the start, line by line or in a sum.
struct AuditCounts {
  std::uint64_t answers = 0;  // without effect
  std::uint64_t effects = 0, effects_failed = 0;
  std::uint64_t requests_signed = 0;        // of both, and of what was refused to a known signer
  std::array<std::uint64_t, 14> refused{};  // by ErrorCode
  std::uint64_t jobs_accepted = 0, jobs_ended = 0;
  std::uint64_t lines = 0;
};

// An effect whose line is in the log and whose outcome is not yet. One that is destroyed without an
// outcome writes a failure.
class AuditedEffect {
 public:
  AuditedEffect(AuditedEffect&& other) noexcept
      : audit_(std::exchange(other.audit_, nullptr)), seq_(other.seq_) {}
  AuditedEffect& operator=(AuditedEffect&&) = delete;
  ~AuditedEffect();

  // `data` is a JSON object, or "" for none.
  void succeeded(std::string_view data);
  void failed(const Error& error);
  [[nodiscard]] std::uint64_t seq() const { return seq_; }

 private:
  friend class Audit;
  AuditedEffect(Audit& audit, std::uint64_t seq) : audit_(&audit), seq_(seq) {}
  Audit* audit_;
  std::uint64_t seq_;
};

class Audit {
 public:
  // Both outlive the audit.
  Audit(uv_loop_t* loop, AuditLog& log) : log_(log), loop_(loop) {}
  // Writes the sums, and the outcomes of what is given up with the daemon.
  ~Audit();
  Audit(const Audit&) = delete;
  Audit& operator=(const Audit&) = delete;

  // A request that was refused. `caller` is nullptr where nobody was established, `rule` is the
  // one that decided, where one did. The number to quote, 0 where it went into a sum.
  std::uint64_t refused(const Caller* caller, const RunMessage& message, const Error& error,
                        const Rule* rule);

  // An answer without effect: counted.
  void answered(const Caller& caller, std::string_view module, std::string_view action);

  // An effect that is about to happen; it may start once flush(true) has succeeded.
  AuditedEffect begins(const Caller& caller, const RunMessage& message, const Rule& rule);

  void job_accepted() { ++counts_.jobs_accepted; }  // its effect has a line
  void job_ended(const Job& job);
  void broker_refused(const RefusalsMessage& message);
  // Anything else worth a line: "helper_started", "reloaded", …
  void event(std::string_view name, std::string_view detail);
  // The same of what a peer can bring about as often as it likes: "link_refused".
  void peer_event(std::string_view name, std::string_view detail);

  [[nodiscard]] const AuditCounts& counts() const { return counts_; }
  void set_limits(const AuditLimits& limits) { log_.set_limits(limits); }
  [[nodiscard]] bool has_reserve() { return log_.has_reserve(); }
  // At the end of each turn of the loop; true before an effect. What was not waited for is on disk
  // a second later.
  Result<void> flush(bool durable);

 private:
  friend class AuditedEffect;
  bool may_write_denial(const CallerBucket& bucket);
  void count(const CallerBucket& bucket, std::string what);
  void begin_second();
  void end_second();
  void write_sums();
  std::uint64_t append(std::string_view event, std::string_view members);

  AuditLog& log_;
  uv_loop_t* loop_;
  std::unique_ptr<Watch> second_;  // running: there is something to sum up, or to sync
  bool dirty_ = false;
  AuditCounts counts_;
  std::map<CallerBucket, unsigned> denials_this_second_;
  std::map<std::pair<CallerBucket, std::string>, std::uint64_t> sums_;
};

}  // namespace mgr
