// mgrctl, with the caller's own uid. The units of systemd, as they are with all that drop-ins of
// the machine make of them (systemctl(1), show). Trusts systemd.
#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>

#include "client/doctor/checks.h"
#include "client/host_port.h"
#include "client/run_program.h"

namespace mgr::client {
namespace {

constexpr const char* systemctl = "/usr/bin/systemctl";

constexpr std::string_view helper = "mgr-helper.service", broker = "mgr-broker.service",
                           jobs = "mgr-jobs.service", clients = "mgr.socket",
                           link = "mgr-helper.socket";

constexpr const char* why_inherited =
    "what mgr-helper starts inherits it, and a backup or a firewall reload fails";
constexpr const char* why_bound = "it binds the jobs, and not the unit's one process alone";
constexpr const char* why_caged = "the outer cage of the process that meets hostile bytes";
constexpr const char* why_restart = "a restart of the helper must touch no job";
constexpr const char* why_delegated = "the jobs live in this unit's cgroup";

// What a property has to be ("a|b": either; "~" forbids nothing), or, with `is_not`, must not.
struct Rule {
  std::string_view unit, property, value;
  bool is_not;
  Verdict verdict;
  const char* why;
};
constexpr auto rules = std::to_array<Rule>({
    {helper, "NoNewPrivileges", "yes", true, Verdict::failed, why_inherited},
    {helper, "SystemCallFilter", "|~", false, Verdict::failed, why_inherited},
    {helper, "RestrictNamespaces", "no|", false, Verdict::failed, why_inherited},
    {helper, "PrivateTmp", "yes", true, Verdict::failed, why_inherited},
    {helper, "PrivateDevices", "yes", true, Verdict::failed, why_inherited},
    {helper, "PrivateNetwork", "yes", true, Verdict::failed, why_inherited},
    {helper, "PrivateUsers", "yes", true, Verdict::failed, why_inherited},
    {helper, "ProtectSystem", "no|", false, Verdict::failed, why_inherited},
    {helper, "ProtectHome", "no|", false, Verdict::failed, why_inherited},
    {helper, "ProtectKernelModules", "yes", true, Verdict::failed, why_inherited},
    {helper, "ProtectKernelTunables", "yes", true, Verdict::failed, why_inherited},
    {helper, "ProtectControlGroups", "yes", true, Verdict::failed, "it starts jobs in cgroups"},
    {helper, "MemoryDenyWriteExecute", "yes", true, Verdict::failed, why_inherited},
    {helper, "User", "|root", false, Verdict::failed, "mgr-helper is root, or does not start"},
    {helper, "Delegate", "yes", true, Verdict::failed, why_restart},
    {helper, "KillMode", "process", false, Verdict::failed, why_restart},
    {jobs, "Delegate", "yes", false, Verdict::failed, why_delegated},
    {jobs, "User", "root", false, Verdict::warning,
     "without it any local user could end systemd 258 and 259 (CVE-2026-40223)"},
    {jobs, "KillMode", "control-group", false, Verdict::failed, "stopping it stops all jobs"},
    {jobs, "DevicePolicy", "auto", false, Verdict::warning, why_bound},
    {jobs, "MemoryMax", "infinity", false, Verdict::warning, why_bound},
    {broker, "NoNewPrivileges", "yes", false, Verdict::warning, why_caged},
    {broker, "ProtectSystem", "strict", false, Verdict::warning, why_caged},
    {broker, "CapabilityBoundingSet", "", false, Verdict::warning, why_caged},
    {broker, "MemoryDenyWriteExecute", "yes", false, Verdict::warning, why_caged},
});

std::string_view value_of(const Properties& unit, std::string_view property) {
  const auto found = unit.find(property);
  return found == unit.end() ? std::string_view() : std::string_view(found->second);
}

bool is_one_of(std::string_view value, std::string_view values) {
  for (;;) {
    const auto end = values.find('|');
    if (value == values.substr(0, end)) return true;
    if (end == std::string_view::npos) return false;
    values.remove_prefix(end + 1);
  }
}

void add(Verdict verdict, std::string found, std::string remedy, Report& report) {
  if (verdict == Verdict::failed) return report.fail(std::move(found), std::move(remedy));
  report.warn(std::move(found), std::move(remedy));
}

void judge_state(const Properties& unit, const std::string& id, Report& report) {
  const std::string_view state = value_of(unit, "ActiveState");
  if (state != "active") {
    report.fail(id + " is " + std::string(state),
                "systemctl start " + id + "; journalctl -u " + id + " -n 20");
  }
  if (value_of(unit, "UnitFileState") == "disabled") {
    report.warn(id + " is disabled, and away after the next boot", "systemctl enable " + id);
  }
  if (value_of(unit, "NeedDaemonReload") == "yes") {
    report.warn(id + " has changed on disk since systemd has read it",
                "systemctl daemon-reload; systemctl restart " + id);
  }
}

// Of one that has not been seen at all, no property is wrong.
void judge_properties(const Properties& unit, const std::string& id, Report& report) {
  for (const Rule& rule : rules) {
    if (rule.unit != id || !unit.contains(rule.property)) continue;
    const std::string_view value = value_of(unit, rule.property);
    if (is_one_of(value, rule.value) != rule.is_not) continue;
    std::string found = id + " has " + std::string(rule.property) + "=" + std::string(value);
    const std::string_view places = value_of(unit, "DropInPaths");
    if (!places.empty()) found += ", of " + std::string(places);
    add(rule.verdict, found + ": " + rule.why, "systemctl cat " + id + "; systemctl revert " + id,
        report);
  }
}

// Where mgr.toml listens on the network and the unit still keeps the network out, a ping from here
// is answered and nobody else is.
void judge_networks(const Properties& unit, const std::string& listen, Report& report) {
  const auto address = parse_host_port(listen);
  if (!address || is_loopback(*address) || value_of(unit, "IPAddressDeny").empty()) return;
  std::istringstream allowed{std::string(value_of(unit, "IPAddressAllow"))};
  for (std::string network; allowed >> network;) {
    if (!network.starts_with("127.") && !network.starts_with("::1/")) return;
  }
  report.warn(listen + ": " + std::string(broker) +
                  " keeps out all but this machine (IPAddressAllow=localhost)",
              "systemctl edit " + std::string(broker) +
                  ", [Service] IPAddressAllow= with the networks that may connect; systemctl "
                  "restart " +
                  std::string(broker));
}

std::vector<std::string> arguments_of_show() {
  std::string properties =
      "Id,LoadState,ActiveState,UnitFileState,NeedDaemonReload,DropInPaths,IPAddressAllow,"
      "IPAddressDeny";
  for (const Rule& rule : rules) properties.append(",").append(rule.property);
  return {"show",
          "--no-pager",
          "--property=" + properties,
          "--",
          std::string(clients),
          std::string(link),
          std::string(jobs),
          std::string(helper),
          std::string(broker)};
}

void look_at_systemd(Report& report) {
  const auto end = run_program(systemctl, {"show", "--no-pager", "--property=Version"});
  if (!end || end->status != 0) return report.skip("the version of systemd");
  for (const Properties& manager : parse_properties(end->output)) {
    const std::string version(value_of(manager, "Version"));
    if (!has_cve_2026_40223(version)) continue;
    report.warn(
        "systemd " + version +
            " has CVE-2026-40223: any local user can end it by a unit that is delegated "
            "without a User=",
        "apt install --only-upgrade systemd, or dnf upgrade systemd: 258.5, 259.2 or later");
  }
}

}  // namespace

std::vector<Properties> parse_properties(std::string_view text) {
  std::vector<Properties> units(1);
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const auto equals = line.find('=');
    if (line.empty() && !units.back().empty()) units.emplace_back();
    if (equals == std::string_view::npos) continue;
    units.back().try_emplace(std::string(line.substr(0, equals)), line.substr(equals + 1));
  }
  if (units.back().empty()) units.pop_back();
  return units;
}

bool has_cve_2026_40223(std::string_view version) {
  unsigned number = 0, update = 0;
  const char* const end = version.data() + version.size();
  const auto read = std::from_chars(version.data(), end, number);
  if (read.ptr != end && *read.ptr == '.') std::from_chars(read.ptr + 1, end, update);
  return (number == 258 && update < 5) || (number == 259 && update < 2);
}

void judge_unit(const Properties& unit, const Settings& settings, Report& report) {
  const std::string id(value_of(unit, "Id"));
  const std::string_view loaded = value_of(unit, "LoadState");
  if (loaded == "masked") {
    return report.fail(id + " is masked: nothing starts it", "systemctl unmask " + id);
  }
  if (id == link && loaded == "not-found") return;  // the helper makes that socket itself, too
  if (loaded != "loaded") {
    return report.fail(id + " is " + std::string(loaded),
                       "systemctl daemon-reload; install mgr anew if it stays so");
  }
  judge_state(unit, id, report);
  judge_properties(unit, id, report);
  if (id == broker) judge_networks(unit, settings.listen, report);
  const std::string_view user = value_of(unit, "User");
  if (id == broker && unit.contains("User") && user != settings.broker_user) {
    report.fail(id + " runs as " + std::string(user.empty() ? "root" : user) + ", and not as " +
                    settings.broker_user,
                "systemctl revert " + id + "; systemctl restart " + id);
  }
}

void check_units(const Subject& subject, Report& report) {
  if (!subject.by_systemd) {
    return report.skip(subject.paths.root.empty() ? "systemd does not run this machine"
                                                  : "units are for the machine's own mgr");
  }
  const auto end = run_program(systemctl, arguments_of_show());
  if (!end || end->status != 0) {
    return report.skip(std::string(systemctl) + ": " +
                       (end ? "fails" : end.error().detail.c_str()));
  }
  std::string drop_ins;
  for (const Properties& unit : parse_properties(end->output)) {
    judge_unit(unit, subject.settings, report);
    const std::string_view places = value_of(unit, "DropInPaths");
    if (!places.empty()) drop_ins.append(drop_ins.empty() ? "" : " ").append(places);
  }
  look_at_systemd(report);
  report.sum_up("all are active" + (drop_ins.empty() ? "" : ", with drop-ins: " + drop_ins));
}

}  // namespace mgr::client
