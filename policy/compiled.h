// The configuration as the helper takes it: decided, numbered and encoded by mgr-configure, a
// program of its own, so that the root process that lives holds no parser of text and never asks
// the user database.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/policy.h"
#include "policy/run_settings.h"
#include "protocol/archive.h"
#include "protocol/key.h"

namespace mgr {

inline constexpr std::uint32_t compiled_format = 5;

struct CompiledConfiguration {
  std::uint32_t format = compiled_format;
  Policy policy;
  std::vector<DeclaredModule> modules;
  uid_t broker_uid = static_cast<uid_t>(-1);
  gid_t broker_gid = static_cast<gid_t>(-1);
  uid_t job_uid = static_cast<uid_t>(-1);
  gid_t job_gid = static_cast<gid_t>(-1);
  std::optional<gid_t> admin_gid;  // whose connections keep a place
  std::string cgroup;              // the folder of the jobs' tree
  std::uint32_t max_running = 0;   // [jobs] max_running: jobs that run at a time, in all
  // Of ended jobs: how long they are kept, how many of them, and how many bytes.
  std::chrono::milliseconds keep_for{0};
  std::uint32_t keep_jobs = 0;
  std::uint64_t keep_bytes = 0;
  std::uint32_t max_connections = 0;  // [limits] connections
  std::uint32_t kept_places = 0;      // [limits] kept_places: of those, for uid 0 and the admins
  // [audit]: when a file of the log gets a successor, how many are kept, and whether journald gets
  // a copy.
  std::uint64_t audit_rotate_size = 0;
  std::uint32_t audit_keep = 0;
  bool audit_journal = false;
  std::string broker_settings;       // the payload of the settings message, ready to send
  std::uint64_t highest_job_id = 0;  // of the audit log, where the counter of ids is gone
  std::string host_id;               // what signed requests are addressed to
  std::vector<KeyRecord> keys;       // in use: without those that are revoked
  static void members(auto& archive, auto& record) {
    archive(record.format, record.policy, record.modules, record.broker_uid, record.broker_gid,
            record.job_uid, record.job_gid, record.admin_gid, record.cgroup, record.max_running,
            record.keep_for, record.keep_jobs, record.keep_bytes, record.max_connections,
            record.kept_places, record.audit_rotate_size, record.audit_keep, record.audit_journal,
            record.broker_settings, record.highest_job_id, record.host_id, record.keys);
  }
};

// What mgr-configure writes: for the helper the configuration and the answers, for mgrctl, which
// looks at a policy that is not in force, the review alone.
struct CompileOutcome {
  std::string error;                      // "file:line: reason"; then all but warnings is empty
  std::vector<std::string> warnings;      // "file:line: text", or without a place
  std::string configuration;              // a CompiledConfiguration, encoded
  std::string schema_json;                // the data of `mgr modules`
  std::vector<std::string> policy_parts;  // the data of `mgr policy`, part by part: the review
  std::string review;                     // a PolicyReview (policy_review.h), encoded
  std::optional<gid_t> admin_gid;         // beside a review: the group of the admins
  static void members(auto& archive, auto& record) {
    archive(record.error, record.warnings, record.configuration, record.schema_json,
            record.policy_parts, record.review, record.admin_gid);
  }
};

inline constexpr std::size_t max_compiled_length = 16 << 20;
inline constexpr std::size_t max_outcome_length = 48 << 20;

// Of what encode() of protocol/archive.h wrote; nullopt for anything else, for another format, and
// for rules that name principals which are not there.
[[nodiscard]] std::optional<CompiledConfiguration> decode_configuration(std::string_view bytes);
[[nodiscard]] bool names_principals_that_are_there(const Policy& policy);

}  // namespace mgr
