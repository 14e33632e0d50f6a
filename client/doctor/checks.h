// mgrctl, with the caller's own uid. What an examination looks at, a function each. They read and
// change nothing; what the caller may not see is told as not checked. Distrusts what the daemons
// answer, what processes are called, and who made the files.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/doctor/report.h"
#include "client/doctor/subject.h"

namespace mgr::client {

// What the kernel can do of what mgr's containment and cage are made of.
struct KernelLook {
  std::string release;   // "6.1.0-18-amd64"
  long landlock = 0;     // the ABI; 0: none
  bool seccomp = false;  // can end a process
  bool passrights = false;
};
[[nodiscard]] KernelLook look_at_kernel();
void judge_kernel(const KernelLook& kernel, Report& report);
void check_kernel(const Subject& subject, Report& report);

// The folder that jobs live in.
void check_cgroup(const Subject& subject, Report& report);

struct Account {
  std::string name;
  uid_t uid = 0;
  std::string shell;
  std::vector<std::string> groups;  // beside its own
};
// A user of mgr's that no process of an action is. `admins` is their group.
void judge_own_user(const Account& account, std::string_view admins, Report& report);
void check_users(const Subject& subject, Report& report);

// Who can write, or read, what mgr trusts: its configuration, state, log and programs.
void check_files(const Subject& subject, Report& report);
// Whether nobody but root can change what is started there: else it is not to be run to ask it
// something.
[[nodiscard]] bool is_roots_program(const Subject& subject, const std::string& path);

// What a helper would say of the files at a start, and lint.
void check_configuration(const Subject& subject, Report& report);
void check_processes(const Subject& subject, Report& report);

// Local sockets: there, open to whom they are meant for, listened to, answered.
void check_sockets(const Subject& subject, Report& report);
// The address of [broker] listen.
void check_network(const Subject& subject, Report& report);
// A ping with the caller's key: clock, nonces and host in one.
void check_signing(const Subject& subject, Report& report);

void check_clock(const Subject& subject, Report& report);

struct DiskLook {
  std::uint64_t free_bytes = 0, free_files = 0;
  bool counts_files = false;  // some file systems have no limit of their number
};
[[nodiscard]] std::optional<DiskLook> look_at_disk(const std::string& path);
// `what` is the folder that is on it.
void judge_disk(const std::string& what, const DiskLook& disk, Report& report);
void check_disk(const Subject& subject, Report& report);

void check_versions(const Subject& subject, Report& report);

// What `systemctl show` says of a unit, or of systemd itself: by property.
using Properties = std::map<std::string, std::string, std::less<>>;
// Of its output, a block a unit.
[[nodiscard]] std::vector<Properties> parse_properties(std::string_view text);
void judge_unit(const Properties& unit, const Settings& settings, Report& report);
// Whether that version is one that any local user can end by a unit that is delegated without a
// User= (CVE-2026-40223): "258.3-1".
[[nodiscard]] bool has_cve_2026_40223(std::string_view version);
void check_units(const Subject& subject, Report& report);

void check_audit(const Subject& subject, Report& report);
void check_keys(const Subject& subject, Report& report);

}  // namespace mgr::client
