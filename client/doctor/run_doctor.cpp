// mgrctl, with the caller's own uid; distrusts all that it looks at.
#include "client/doctor/run_doctor.h"

#include <unistd.h>

#include <array>
#include <iostream>

#include "client/doctor/checks.h"
#include "client/jobs/terminal.h"

namespace mgr::client {
namespace {

struct Check {
  std::string_view name;
  void (*look)(const Subject& subject, Report& report);
};
// What the others rest on comes first.
constexpr std::array checks{Check{"kernel", check_kernel},
                            Check{"cgroup", check_cgroup},
                            Check{"users", check_users},
                            Check{"files", check_files},
                            Check{"configuration", check_configuration},
                            Check{"units", check_units},
                            Check{"processes", check_processes},
                            Check{"sockets", check_sockets},
                            Check{"network", check_network},
                            Check{"versions", check_versions},
                            Check{"clock", check_clock},
                            Check{"keys", check_keys},
                            Check{"signing", check_signing},
                            Check{"audit", check_audit},
                            Check{"disk", check_disk}};

void print(const Report& report, const Subject& subject, bool quiet) {
  const bool has_colour = takes_colour(STDOUT_FILENO);
  for (const Diagnosis& diagnosis : report.all()) {
    const bool is_finding =
        diagnosis.verdict == Verdict::warning || diagnosis.verdict == Verdict::failed;
    if (is_finding || !quiet) std::cout << diagnosis_text(diagnosis, has_colour);
  }
  if (quiet) return;
  std::cout << summary_text(report);
  if (!subject.is_root) std::cout << "root sees more: sudo " << subject.mgrctl("doctor") << '\n';
}

}  // namespace

ExitCode run_doctor(const Options& options, const Session& session) {
  const auto misused = [&](const char* why) {
    return report(session, Failure{Failure::Kind::invalid_request, why});
  };
  if (options.words.size() != 1) return misused("doctor takes no words");
  if (asks_over_network(session.choice)) return misused("doctor is about this machine's own mgr");
  const Subject subject = look_at(options, session);
  Report found;
  for (const Check& check : checks) {
    found.begin(check.name);
    check.look(subject, found);
  }
  if (session.json) {
    std::cout << report_json(found);
  } else {
    print(found, subject, session.quiet);
  }
  return finish(session, found.count(Verdict::failed) == 0 ? ExitCode::ok : ExitCode::failed);
}

}  // namespace mgr::client
