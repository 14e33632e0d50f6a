// mgr-helper, root. Trusts mgr-configure to have checked; the decoder checks the bytes all the
// same.
#include "helper/configuration.h"

#include <utility>

#include "helper/log.h"

namespace mgr {
namespace {

Result<LoadedConfiguration> take_outcome(const std::string& bytes) {
  auto outcome = decode<CompileOutcome>(bytes);
  auto compiled = outcome ? decode_configuration(outcome->configuration) : std::nullopt;
  if (!outcome || (outcome->error.empty() && !compiled)) {
    return fail(ErrorCode::failed, "mgr-configure failed, or is of another version");
  }
  for (const std::string& warning : outcome->warnings) log_warning(warning);
  if (!outcome->error.empty()) return fail(ErrorCode::failed, outcome->error);
  return LoadedConfiguration{std::move(*compiled),
                             {std::move(outcome->schema_json), std::move(outcome->policy_parts)},
                             std::move(outcome->warnings)};
}

}  // namespace

Result<std::unique_ptr<ProgramRun>> begin_configure(
    uv_loop_t* loop, Reaper& reaper, const ConfigureCommand& command,
    std::function<void(Result<LoadedConfiguration>)> ended) {
  return ProgramRun::begin(loop, reaper, command.program,
                           {"--root", command.root, command.occasion},
                           {max_outcome_length, command.limit},
                           [ended = std::move(ended)](const Result<std::string>& bytes) {
                             ended(bytes.and_then(take_outcome));
                           });
}

Result<LoadedConfiguration> read_configuration(const ConfigureCommand& command) {
  uv_loop_t loop;
  uv_loop_init(&loop);
  Result<LoadedConfiguration> loaded;
  {
    Reaper reaper(&loop);
    Result<std::unique_ptr<ProgramRun>> run;
    run = begin_configure(&loop, reaper, command, [&](auto result) {
      loaded = std::move(result);
      run->reset();
    });
    if (!run) loaded = tl::unexpected(run.error());
    uv_run(&loop, UV_RUN_DEFAULT);  // until nothing is left to wait for
  }
  uv_run(&loop, UV_RUN_NOWAIT);  // lets the closed handles go
  uv_loop_close(&loop);
  return loaded;
}

}  // namespace mgr
