// mgr-configure, root; reads what was parsed already.
#include "helper/configure/name_warnings.h"

#include "modules/schema.h"
#include "policy/lint/names.h"

namespace mgr {

Result<std::vector<std::string>> warn_of_names(const Policy& policy, const Registry& registry) {
  const auto findings = lint_names(policy, known_modules(registry));
  if (!findings) return tl::unexpected(findings.error());
  std::vector<std::string> warnings;
  for (const Finding& finding : *findings) {
    warnings.push_back(finding.file + ':' + std::to_string(finding.line) + ": " + finding.text);
  }
  return warnings;
}

}  // namespace mgr
