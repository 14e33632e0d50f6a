// mgrctl, with the caller's own uid. The processes that run; distrusts what they are called, and
// trusts the kernel's word for what they may do.
#include <algorithm>

#include "client/doctor/checks.h"
#include "client/users.h"

namespace mgr::client {
namespace {

constexpr std::string_view deleted = " (deleted)";

void look_for_replaced(const Subject& subject, const Process& process, Report& report) {
  if (!process.exe || !process.exe->ends_with(deleted)) return;
  report.warn(process.name + ", process " + std::to_string(process.pid) +
                  ", runs a program that has been replaced since",
              subject.restart(process.name));
}

// What a job would inherit, beside what mgrctl itself has: a container confines both.
void look_at_helper(const Subject& subject, const Process& helper, Report& report) {
  const auto own = read_process(subject.proc + "/self");
  if (helper.effective != 0 || helper.permitted != 0) {
    report.fail("mgr-helper has capabilities while it serves", subject.restart("mgr-helper"));
  }
  if (!own || !subject.is_root) return;
  const std::string remedy = "systemctl edit mgr-helper.service; " + subject.restart("mgr-helper");
  const std::string lost = ": its jobs inherit that, and a backup or a firewall reload fails";
  if (helper.no_new_privileges && !own->no_new_privileges) {
    report.fail("mgr-helper runs with NoNewPrivileges" + lost, remedy);
  }
  if (helper.seccomp != own->seccomp || helper.filters > own->filters) {
    report.fail("mgr-helper runs with a SystemCallFilter" + lost, remedy);
  }
  if ((own->bounding & ~helper.bounding) != 0) {
    report.fail("mgr-helper runs with a CapabilityBoundingSet" + lost, remedy);
  }
}

void look_at_broker(const Subject& subject, const Process& broker, Report& report) {
  const std::string who = "mgr-broker, process " + std::to_string(broker.pid) + ',';
  const auto uid = find_uid(subject.settings.broker_user);
  if (!uid || !broker.has_only(static_cast<uid_t>(*uid))) {
    report.fail(who + " does not run as " + subject.settings.broker_user,
                subject.restart("mgr-broker"));
  }
  if (!broker.no_new_privileges || broker.seccomp != 2 || broker.effective != 0 ||
      broker.permitted != 0) {
    report.fail(who + " is not in its cage", subject.restart("mgr-broker"));
  }
}

}  // namespace

void check_processes(const Subject& subject, Report& report) {
  if (subject.helpers.empty()) {
    report.fail("mgr-helper does not run", subject.start("mgr-helper"));
  }
  if (subject.brokers.empty()) {
    report.fail("mgr-broker does not run as " + subject.settings.broker_user,
                subject.start("mgr-broker"));
  }
  for (const Process& helper : subject.helpers) {
    look_at_helper(subject, helper, report);
    look_for_replaced(subject, helper, report);
  }
  for (const Process& broker : subject.brokers) {
    look_at_broker(subject, broker, report);
    look_for_replaced(subject, broker, report);
  }
  if (subject.brokers.size() > 1) {
    report.warn(std::to_string(subject.brokers.size()) + " brokers run; the helper serves one",
                "ps -C mgr-broker -o user,pid,lstart,args");
  }
  report.sum_up("mgr-helper without capabilities, mgr-broker in its cage");
  if (!subject.is_root) report.skip("whether their programs were replaced since they started");
}

}  // namespace mgr::client
