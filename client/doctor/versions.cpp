// mgrctl, with the caller's own uid. Whether what is installed and what runs is of one version.
// Distrusts what the daemon answers.
#include "client/display.h"
#include "client/doctor/checks.h"
#include "client/run_program.h"
#include "mgr_version.h"

namespace mgr::client {
namespace {

constexpr std::string_view own_version = MGR_VERSION;

// Runs it as root, where root examines: so only what is root's alone.
void look_at_program(const Subject& subject, const std::string& folder, const std::string& name,
                     Report& report) {
  const std::string path = folder + '/' + name;
  if (!is_roots_program(subject, path)) {
    return report.skip(path + ": is not there, or not root's alone, and so not run");
  }
  const auto end = run_program(path, {"--version"});
  const std::string expected = name + ' ' + std::string(own_version) + '\n';
  if (end && end->status == 0 && end->output == expected) return;
  report.fail(path + " --version: " + shortened(end ? end->output : end.error().detail, 100) +
                  "; mgrctl is " + std::string(own_version),
              "install mgr anew, all of it");
}

void look_at_running(const Subject& subject, Report& report) {
  if (!subject.is_admin()) return report.skip("the version that runs, for admins to ask");
  const auto answer = ask(subject.session, {"mgr", "version", {}, ""});
  if (!answer || !answer->success) {
    return report.skip(
        "the version that runs: " +
        shortened(answer ? render_refusal(*answer) : render_failure(answer.error()), 200));
  }
  const auto data = parse_json(answer->data_json);
  const auto version = data ? data->string_at("version") : std::nullopt;
  if (version == own_version) return;
  report.warn("mgr " + shortened(version.value_or("of no version"), 40) + " runs, and mgrctl is " +
                  std::string(own_version),
              subject.restart("mgr-helper"));
}

}  // namespace

void check_versions(const Subject& subject, Report& report) {
  for (const char* name : {"mgr-helper", "mgr-broker"}) {
    look_at_program(subject, subject.sbin, name, report);
  }
  look_at_program(subject, subject.libexec, "mgr-configure", report);
  look_at_running(subject, report);
  report.sum_up("mgr " + std::string(own_version) + ", what is installed and what runs");
}

}  // namespace mgr::client
