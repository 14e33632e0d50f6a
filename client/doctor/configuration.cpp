// mgrctl, with the caller's own uid. What the files of /etc/mgr say; distrusts their authors.
#include <algorithm>

#include "client/doctor/checks.h"
#include "client/review/policy_source.h"
#include "client/review/policy_texts.h"
#include "client/review/run_configure.h"
#include "policy/lint/lint.h"

namespace mgr::client {
namespace {

std::string counted(std::size_t number, const std::string& what) {
  return std::to_string(number) + ' ' + what + (number == 1 ? "" : "s");
}

void look_for_findings(const Subject& subject, Report& report) {
  const auto policy = load_files(subject.options, std::nullopt);
  if (!policy) return;  // what is wrong has been told
  const auto findings = lint(policy->review, policy->admin_gid, SystemFileView(),
                             read_policy_texts(subject.paths.etc()));
  if (findings.empty()) return report.ok("lint finds nothing in the policy");
  const auto dangers = static_cast<std::size_t>(std::ranges::count_if(findings, [](auto& finding) {
    const FindingCode* code = find_code(finding.code);
    return code != nullptr && code->severity == Severity::danger;
  }));
  std::string text = "lint has " + counted(findings.size(), "finding");
  if (dangers > 0) text += ", " + counted(dangers, "danger") + " among them";
  report.warn(std::move(text), subject.mgrctl("policy lint"));
}

}  // namespace

void check_configuration(const Subject& subject, Report& report) {
  const std::string program = subject.libexec + "/mgr-configure";
  if (!is_roots_program(subject, program)) {
    return report.skip(program + " is not there, or not root's alone, and so not run");
  }
  std::vector<std::string> arguments{subject.is_root ? "--check" : "--review"};
  if (!subject.paths.root.empty()) {
    arguments.insert(arguments.end(), {"--root", subject.paths.root});
  }
  const auto outcome = run_configure(subject.libexec, arguments);
  if (!outcome) return report.fail(outcome.error().detail, "install mgr anew");
  const std::string check = subject.mgrctl("policy check");
  if (!outcome->warnings.empty()) {
    const std::size_t others = outcome->warnings.size() - 1;
    report.warn(
        outcome->warnings.front() + (others == 0 ? "" : "; and " + counted(others, "more warning")),
        check);
  }
  if (!outcome->error.empty()) {
    return report.fail(outcome->error + "; mgr-helper does not start with it", check);
  }
  report.sum_up(subject.is_root ? "mgr-helper would start with it" : "it loads");
  look_for_findings(subject, report);
}

}  // namespace mgr::client
