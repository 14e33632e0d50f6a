// mgr-configure (root); reads root's own file, and distrusts its author's typing.
#include "policy/parse.h"
#include "policy/table_reader.h"

namespace mgr {
namespace {

using namespace std::chrono_literals;

void read_helper(TableReader table, Settings& settings) {
  settings.broker_user = table.text("broker_user", settings.broker_user);
  settings.job_user = table.text("job_user", settings.job_user);
  settings.admin_group = table.text("admin_group", settings.admin_group);
  table.finish();
}

void read_jobs(TableReader table, Settings& settings) {
  settings.cgroup = table.text("cgroup", settings.cgroup);
  if (!settings.cgroup.empty() && settings.cgroup.front() != '/') {
    table.error("cgroup", "must be an absolute path");
  }
  const auto number = [&](std::string_view key, std::uint32_t most, std::uint32_t& value) {
    value = static_cast<std::uint32_t>(table.integer(key, 1, most, value));
  };
  number("max_running", 100000, settings.max_running);
  settings.keep_for = table.duration("keep_for", 1s, 24h * 3660, settings.keep_for);
  number("keep_jobs", 10000000, settings.keep_jobs);
  settings.keep_bytes =
      table.size("keep_bytes", 1 << 20, std::uint64_t{1} << 50, settings.keep_bytes);
  table.finish();
}

void read_audit(TableReader table, Settings& settings) {
  settings.audit_rotate_size =
      table.size("rotate_size", 64 << 10, std::uint64_t{1} << 40, settings.audit_rotate_size);
  settings.audit_keep =
      static_cast<std::uint32_t>(table.integer("keep", 1, 100000, settings.audit_keep));
  settings.audit_journal = table.boolean("journal", settings.audit_journal);
  table.finish();
}

void read_broker(TableReader table, Settings& settings) {
  settings.listen = table.text("listen", settings.listen);
  table.finish();
}

void read_limits(TableReader table, BrokerLimits& limits) {
  const auto number = [&](std::string_view key, std::uint32_t most, std::uint32_t& value) {
    value = static_cast<std::uint32_t>(table.integer(key, 1, most, value));
  };
  const auto duration = [&](std::string_view key, std::chrono::milliseconds most,
                            std::uint32_t& value) {
    value = static_cast<std::uint32_t>(
        table.duration(key, 1ms, most, std::chrono::milliseconds(value)).count());
  };
  number("connections", 1000000, limits.connections);
  number("kept_places", 1000000, limits.kept_places);
  number("connections_per_caller", 1000000, limits.connections_per_caller);
  number("requests_in_flight", 1000000, limits.requests_in_flight);
  number("requests_per_second", 1000000, limits.requests_per_second);
  number("burst", 1000000, limits.burst);
  duration("block_deadline", 1h, limits.block_deadline_ms);
  duration("idle", 24h, limits.idle_deadline_ms);
  if (limits.kept_places >= limits.connections) {
    table.error("kept_places", "must be less than connections");
  }
  table.finish();
}

}  // namespace

Result<void> parse_settings(const SourceText& source, Configuration& into) {
  Findings findings(source.file, into.warnings);
  const TomlValue document = parse_toml(source.text, findings);
  TableReader table(document, findings);
  if (const auto* broker = table.find("broker")) read_broker({*broker, findings}, into.settings);
  if (const auto* helper = table.find("helper")) read_helper({*helper, findings}, into.settings);
  if (const auto* jobs = table.find("jobs")) read_jobs({*jobs, findings}, into.settings);
  if (const auto* audit = table.find("audit")) read_audit({*audit, findings}, into.settings);
  if (const auto* limits = table.find("limits")) {
    read_limits({*limits, findings}, into.settings.limits);
  }
  table.finish();
  return findings.result();
}

}  // namespace mgr
