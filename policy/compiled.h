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

namespace mgr {

inline constexpr std::uint32_t compiled_format = 1;

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
  std::string broker_settings;        // the payload of the settings message, ready to send
  std::string schema_json;            // what `mgr modules` answers
  std::uint64_t highest_job_id = 0;   // of the audit log, where the counter of ids is gone
  static void members(auto& archive, auto& record) {
    archive(record.format, record.policy, record.modules, record.broker_uid, record.broker_gid,
            record.job_uid, record.job_gid, record.admin_gid, record.cgroup, record.max_running,
            record.keep_for, record.keep_jobs, record.keep_bytes, record.max_connections,
            record.broker_settings, record.schema_json, record.highest_job_id);
  }
};

inline constexpr std::size_t max_compiled_length = 16 << 20;

// Of what encode() of protocol/archive.h wrote; nullopt for anything else, for another format, and
// for rules that name principals which are not there.
[[nodiscard]] std::optional<CompiledConfiguration> decode_configuration(std::string_view bytes);

}  // namespace mgr
