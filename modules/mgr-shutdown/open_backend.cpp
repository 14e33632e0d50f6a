// mgr-shutdown · root · chooses what carries the shutdown out.
#include "modules/mgr-shutdown/backend.h"
#include "modules/mgr-shutdown/login.h"
#include "modules/mgr-shutdown/recorder.h"
#include "modules/mgr-shutdown/shutdown_program.h"

namespace mgr_shutdown {
namespace {

Result<std::unique_ptr<Backend>> open_program(EventLoop& loop, Backend::Ended ended) {
  auto programs = ShutdownProgram::find_programs();
  if (!programs) return tl::unexpected(programs.error());
  return std::make_unique<ShutdownProgram>(std::move(*programs), loop, std::move(ended));
}

}  // namespace

Result<std::unique_ptr<Backend>> open_backend(const Request& request, EventLoop& loop,
                                              Backend::Ended ended) {
  if (request.backend == BackendName::recorder) {
    return std::make_unique<Recorder>(loop, std::move(ended));
  }
  if (request.backend == BackendName::shutdown) return open_program(loop, std::move(ended));
  auto manager = LoginManager::connect(loop);
  if (manager) return std::make_unique<Login>(std::move(*manager), loop, std::move(ended));
  if (request.backend == BackendName::login) return tl::unexpected(manager.error());
  return open_program(loop, std::move(ended));
}

}  // namespace mgr_shutdown
