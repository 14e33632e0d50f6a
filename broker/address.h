// Broker (uid mgr-broker). Addresses of the network, as root wrote them and as the log shows them.
#pragma once

#include <sys/socket.h>

#include <string>
#include <string_view>

#include "protocol/error.h"

namespace mgr::broker {

struct Address {
  sockaddr_storage storage{};
  socklen_t length = sizeof(sockaddr_storage);

  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  [[nodiscard]] sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

// "127.0.0.1:6667" or "[::1]:6667": numbers alone, since a name would want a resolver. Port 0 is
// any free one. Fails with invalid_argument.
[[nodiscard]] Result<Address> parse_address(std::string_view text);

// The same way back; "" for an address that is neither IPv4 nor IPv6.
[[nodiscard]] std::string format_address(const Address& address);

// Who a client from the network counts as, by its origin ("127.0.0.1:5123"): an IPv4 address, but
// all of 127.0.0.0/8 as one, since anybody there has every one of them; the /64 of an IPv6 address.
[[nodiscard]] std::string share_of(std::string_view origin);

}  // namespace mgr::broker
