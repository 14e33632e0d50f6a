// mgr-helper, root. Trusts mgr-configure to have checked; the decoder checks the bytes all the
// same.
#include "helper/configuration.h"

#include "helper/jobs/spawn.h"

namespace mgr {

Result<CompiledConfiguration> read_configuration(const Paths& paths,
                                                 const std::string& mgr_configure, bool prepare) {
  std::vector<std::string> arguments;
  if (!paths.root.empty()) arguments = {"--root", paths.root};
  if (prepare) arguments.emplace_back("--prepare");
  const auto bytes = read_output_of(mgr_configure, arguments, max_compiled_length);
  if (!bytes) return tl::unexpected(bytes.error());
  auto configuration = decode_configuration(*bytes);
  if (!configuration) return fail(ErrorCode::failed, mgr_configure + ": of another version");
  return std::move(*configuration);
}

}  // namespace mgr
