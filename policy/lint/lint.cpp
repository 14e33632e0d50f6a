// mgrctl, with the caller's own uid.
#include "policy/lint/lint.h"

#include <algorithm>
#include <tuple>

#include "policy/lint/built_in.h"
#include "policy/lint/commands.h"
#include "policy/lint/files.h"
#include "policy/lint/keys.h"
#include "policy/lint/names.h"
#include "policy/lint/rules.h"
#include "policy/lint/settings.h"

namespace mgr {

std::vector<Finding> lint(const PolicyReview& declared, std::optional<gid_t> admin_gid,
                          const FileView& files, const std::vector<PolicyText>& texts) {
  std::vector<Finding> findings;
  PolicyReview review = declared;
  review.policy = without_revoked_keys(declared);
  // A failure is what no policy loads with, so none is reviewed with it.
  if (auto found = lint_names(review.policy, review.known)) findings = std::move(*found);
  lint_keys(declared, findings);
  lint_rules(review, admin_gid, findings);
  lint_built_in(review, admin_gid, findings);
  for (const DeclaredModule& module : review.modules) {
    for (const DeclaredAction& action : module.actions) {
      lint_command(action, findings);
      lint_settings(action, findings);
      lint_files(action, files, findings);
    }
  }
  apply_silences(texts, findings);
  std::ranges::stable_sort(findings, {}, [](const Finding& finding) {
    return std::tie(finding.file, finding.line, finding.code);
  });
  return findings;
}

}  // namespace mgr
