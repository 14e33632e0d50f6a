// mgrctl, with the caller's own uid.
#include "client/keys/run_host.h"

#include <iostream>

#include "client/known_hosts.h"
#include "protocol/paths.h"
#include "protocol/signature.h"

namespace mgr::client {

ExitCode run_host(const Options& options, const Session& session) {
  const bool is_named = options.words.size() == 2 && parse_host_port(options.words[1]);
  if (!is_named || options.host) {
    return report(session, Failure{Failure::Kind::invalid_request,
                                   "host wants HOST:PORT, as others will write it behind --host"});
  }
  const std::string file = Paths(options.root.value_or("")).known_host_file();
  const auto host = find_known_host(local_name, {file});
  if (!host) return report(session, host.error());
  std::cout << options.words[1] << ' ' << host->id << " ed25519:" << encode_base64(host->public_key)
            << '\n';
  return finish(session, ExitCode::ok);
}

}  // namespace mgr::client
