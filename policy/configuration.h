// Everything under /etc/mgr, opened strictly, parsed whole and checked, or not at all. Read by
// mgr-configure (root) for each start and reload of the helper, and by mgrctl. Trusts root's files
// only after it has seen that nobody else can write them.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "policy/declared_key.h"
#include "policy/policy.h"
#include "policy/run_settings.h"
#include "protocol/paths.h"
#include "protocol/root_language.h"

namespace mgr {

// mgr.toml.
struct Settings {
  // [broker] listen: the broker's to use, and to read by itself; "" for nowhere.
  std::string listen = default_listen;
  std::string broker_user = "mgr-broker";  // [helper] broker_user
  std::string job_user = "mgr-job";        // [helper] job_user
  std::string admin_group = "mgr-admin";   // [helper] admin_group: whose connections keep a place
  std::string cgroup;                      // [jobs] cgroup: a cgroup v2 folder, "" to find it
  std::uint32_t max_running = 256;         // [jobs] max_running: jobs that run at a time, in all
  // [jobs] keep_for, keep_jobs, keep_bytes: how long, how many and how much of ended jobs is kept.
  std::chrono::milliseconds keep_for = std::chrono::hours(24 * 30);
  std::uint32_t keep_jobs = 10000;
  std::uint64_t keep_bytes = 1 << 30;
  // [audit] rotate_size, keep, journal: when a file of the audit log gets a successor, how many of
  // those are kept, and whether each line goes to journald too.
  std::uint64_t audit_rotate_size = 64 << 20;
  std::uint32_t audit_keep = 16;
  bool audit_journal = true;
  BrokerLimits limits;  // [limits]
};

// Where a principal was declared. `anyone` has no file, and line 0.
struct PrincipalSource {
  std::string file;
  unsigned line = 0;
  // Its groups, as written, until a deny has had them looked up.
  std::vector<std::string> groups;
};

struct Configuration {
  Policy policy;
  std::vector<PrincipalSource> principal_sources;  // beside policy.principals
  std::vector<DeclaredModule> modules;
  std::vector<DeclaredKey> keys;  // by id
  Settings settings;
  // A user or group that this machine does not know, and the like: "file:line: text".
  std::vector<std::string> warnings;
};

// Reads keys.d/*.toml in name order, policy.toml, then rules.d/*.toml and modules.d/*.toml, and
// mgr.toml. All but policy.toml may be absent. Of the secrets in keys.d it is seen that they are
// there and root's alone; none is read. The detail of a failure is "file:line: reason", or "path:
// reason" for ownership.
[[nodiscard]] Result<Configuration> load_configuration(const Paths& paths);

// The same files in any folder, whoever owns them: to be looked at, and never to be in force.
// Where such a policy is kept there are no secrets, and none is missed.
[[nodiscard]] Result<Configuration> load_for_review(const std::string& folder);

}  // namespace mgr
