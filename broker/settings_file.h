// Broker (uid mgr-broker). The one thing that the broker reads of mgr.toml, once, before the cage:
// where it listens. Everything else there is the helper's, which checks the file's keys and owner;
// limits come over the link.
#pragma once

#include <string>

#include "protocol/error.h"
#include "protocol/paths.h"

namespace mgr::broker {

// The value of `listen` in the table [broker] of the file, "" for none at all; default_listen where
// file, table or key is not there. Fails where the file cannot be read or is not TOML, or the key
// is not a string: the detail begins with file:line.
[[nodiscard]] Result<std::string> read_listen_setting(const std::string& file);

}  // namespace mgr::broker
