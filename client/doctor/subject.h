// mgrctl, with the caller's own uid. The installation that is examined, and what all checks need to
// know of it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/doctor/processes.h"
#include "client/options.h"
#include "client/session.h"
#include "policy/configuration.h"
#include "protocol/paths.h"

namespace mgr::client {

struct Subject {
  Options options;
  Session session;
  Paths paths{};
  std::string proc = "/proc";  // tests have one of their own
  std::string libexec, sbin;   // the folders of the programs
  bool is_root = false;
  bool by_systemd = false;  // the units run it, or should: it is this machine's own mgr
  Settings settings;        // of mgr.toml; the defaults where that cannot be read
  std::optional<Configuration> configuration;  // nothing where the files do not load
  std::string why_not;                         // then: "file:line: reason"
  std::vector<Process> helpers, brokers;       // that run for this installation, and are root's or
                                               // the broker's user's

  // The command to type for these words: "mgrctl --root DIR audit key".
  [[nodiscard]] std::string mgrctl(std::string_view words) const;
  // How a daemon is started, and seen to start.
  [[nodiscard]] std::string start(std::string_view daemon) const;
  // How a daemon is started anew: "systemctl restart mgr-helper.service".
  [[nodiscard]] std::string restart(std::string_view daemon) const;
  [[nodiscard]] bool is_admin() const;  // root, or of the admins' group
};

[[nodiscard]] Subject look_at(const Options& options, const Session& session);

}  // namespace mgr::client
