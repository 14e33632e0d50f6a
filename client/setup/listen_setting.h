// mgrctl, with the caller's own uid. The one line of mgr.toml that setup may change: where the
// broker listens on the network. Pure.
#pragma once

#include <string>

#include "client/failure.h"

namespace mgr::client {

// `[broker] listen` of that text: "127.0.0.1:6667" where it says nothing, "" for nowhere. Fails
// with invalid_request for what is no TOML, or where it is no string.
[[nodiscard]] Outcome<std::string> read_listen(const std::string& text);

// The text with another one, and every other byte as it was. Fails with invalid_request where it
// stands there in a way that is not changed here.
[[nodiscard]] Outcome<std::string> with_listen(const std::string& text, const std::string& listen);

// An IP address and a port, "192.0.2.1:6667" or "[2001:db8::1]:6667", as the broker takes it.
[[nodiscard]] bool is_listen_address(const std::string& text);

}  // namespace mgr::client
