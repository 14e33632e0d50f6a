// mgrctl, with the caller's own uid. The help that the daemon's schema gives; its free texts are
// distrusted and pass harmless().
#pragma once

#include <string>

#include "client/catalogue.h"

namespace mgr::client {

// Every module with its actions, a line each: `mgrctl modules`.
[[nodiscard]] std::string catalogue_help(const Catalogue& catalogue);
// `mgrctl scan --help`
[[nodiscard]] std::string module_help(const ModuleHelp& module);
// `mgrctl scan start --help`
[[nodiscard]] std::string action_help(const ModuleHelp& module, const ActionHelp& action);

}  // namespace mgr::client
