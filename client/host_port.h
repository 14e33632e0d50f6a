// Clients. A host and a port of TCP, as people write them. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mgr::client {

struct HostPort {
  std::string name;  // as it was written, which is the host's name in known_hosts
  std::string host;  // a name or an address, without brackets
  std::string port;  // 1 to 65535, in decimal
};

// Of "example.org:6667", "192.0.2.1:6667" or "[2001:db8::1]:6667"; nothing of another text.
[[nodiscard]] std::optional<HostPort> parse_host_port(std::string_view text);

// The addresses that only this machine reaches: "127.0.0.1:6667", "[::1]:6667".
[[nodiscard]] bool is_loopback(const HostPort& address);

}  // namespace mgr::client
