// mgr-broker (uid mgr-broker): the unprivileged process that meets all hostile input.
// Everything that needs a file, a name or a port happens here, before the cage; then it serves.
#include <cstdio>
#include <cstdlib>

#include "broker/broker.h"
#include "broker/cage.h"
#include "broker/log.h"
#include "broker/options.h"
#include "broker/process.h"
#include "broker/settings_file.h"
#include "mgr_version.h"
#include "protocol/paths.h"

namespace mgr::broker {
namespace {

// The sockets that were passed, or else one on the address of the command line or of mgr.toml.
Result<std::vector<Descriptor>> open_listeners(const Options& options, Supervisor& supervisor) {
  std::vector<Descriptor> listeners = supervisor.take_listeners();
  if (!listeners.empty()) return listeners;
  const auto text = options.listen ? Result<std::string>(*options.listen)
                                   : read_listen_setting(Paths(options.root).settings_file());
  if (!text) return tl::unexpected(text.error());
  if (text->empty()) return listeners;
  const auto address = parse_address(*text);
  if (!address) return tl::unexpected(address.error());
  auto listener = listen_on(*address);
  if (!listener) return tl::unexpected(listener.error());
  listeners.push_back(std::move(*listener));
  log_info("listening on " + *text);
  return listeners;
}

// Only its exit status comes back.
Result<int> serve(const Options& options) {
  open_log();
  if (auto prepared = prepare_process(); !prepared) return tl::unexpected(prepared.error());
  auto supervisor = Supervisor::open();
  if (!supervisor) return tl::unexpected(supervisor.error());
  forget_environment();
  auto listeners = open_listeners(options, *supervisor);
  if (!listeners) return tl::unexpected(listeners.error());
  auto signals = open_signals();
  if (!signals) return tl::unexpected(signals.error());

  const PipelineOptions pipeline{Paths(options.root).helper_socket(), 0,
                                 descriptors_for_connections()};
  Broker broker(pipeline, std::move(*listeners), std::move(*signals), std::move(*supervisor));
  if (auto caged = enter_cage(); !caged) return tl::unexpected(caged.error());
  if (auto started = broker.start(); !started) return tl::unexpected(started.error());
  const int status = broker.run();
  // At once: there is nothing to tidy up that the kernel does not.
  std::_Exit(status);
}

}  // namespace
}  // namespace mgr::broker

int main(int argc, char** argv) {
  using namespace mgr::broker;
  const auto options = read_options(argc, argv);
  if (!options) {
    (void)std::fputs(options.error().detail.c_str(), stderr);
    return 2;
  }
  if (options->help) return std::fputs(usage, stdout) < 0;
  if (options->version) return std::puts("mgr-broker " MGR_VERSION) < 0;
  const auto status = serve(*options);
  if (status) return *status;
  log_error(status.error().detail);
  return 1;
}
