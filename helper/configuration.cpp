// mgr-helper, root. Trusts mgr-configure to have checked; the decoder checks the bytes all the
// same.
#include "helper/configuration.h"

#include "helper/jobs/spawn.h"
#include "helper/log.h"

namespace mgr {

Result<LoadedConfiguration> read_configuration(const Paths& paths, const std::string& mgr_configure,
                                               bool prepare) {
  std::vector<std::string> arguments;
  if (!paths.root.empty()) arguments = {"--root", paths.root};
  if (prepare) arguments.emplace_back("--prepare");
  const auto bytes = read_output_of(mgr_configure, arguments, max_outcome_length);
  if (!bytes) return tl::unexpected(bytes.error());
  auto outcome = decode<CompileOutcome>(*bytes);
  if (!outcome) return fail(ErrorCode::failed, mgr_configure + ": of another version");
  for (const std::string& warning : outcome->warnings) log_warning(warning);
  if (!outcome->error.empty()) return fail(ErrorCode::failed, outcome->error);
  auto compiled = decode_configuration(outcome->configuration);
  if (!compiled) return fail(ErrorCode::failed, mgr_configure + ": of another version");
  return LoadedConfiguration{std::move(*compiled),
                             {std::move(outcome->schema_json), std::move(outcome->policy_parts)}};
}

}  // namespace mgr
