// Broker (uid mgr-broker).
#include "broker/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <array>
#include <charconv>
#include <cstring>

namespace mgr::broker {
namespace {

bool parse_port(std::string_view text, in_port_t& port) {
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  port = htons(number);
  return error == std::errc() && end == text.data() + text.size();
}

template <typename Socket>
void store(Address& address, const Socket& socket) {
  std::memcpy(&address.storage, &socket, sizeof(socket));
  address.length = sizeof(socket);
}

bool parse_v4(const std::string& host, std::string_view port, Address& address) {
  sockaddr_in socket{};
  socket.sin_family = AF_INET;
  if (::inet_pton(AF_INET, host.c_str(), &socket.sin_addr) != 1) return false;
  if (!parse_port(port, socket.sin_port)) return false;
  store(address, socket);
  return true;
}

bool parse_v6(const std::string& host, std::string_view port, Address& address) {
  sockaddr_in6 socket{};
  socket.sin6_family = AF_INET6;
  if (::inet_pton(AF_INET6, host.c_str(), &socket.sin6_addr) != 1) return false;
  if (!parse_port(port, socket.sin6_port)) return false;
  store(address, socket);
  return true;
}

}  // namespace

Result<Address> parse_address(std::string_view text) {
  Address address;
  const std::size_t colon = text.rfind(':');
  if (colon != std::string_view::npos) {
    const std::string_view port = text.substr(colon + 1);
    std::string host(text.substr(0, colon));
    const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (bracketed && parse_v6(host.substr(1, host.size() - 2), port, address)) return address;
    if (!bracketed && parse_v4(host, port, address)) return address;
  }
  return fail(ErrorCode::invalid_argument,
              "not an address like 127.0.0.1:6667 or [::1]:6667: " + std::string(text));
}

std::string share_of(std::string_view origin) {
  const auto address = parse_address(origin);
  if (address && address->storage.ss_family == AF_INET6) {
    sockaddr_in6 socket{};
    std::memcpy(&socket, &address->storage, sizeof(socket));
    std::memset(&socket.sin6_addr.s6_addr[8], 0, 8);
    std::array<char, INET6_ADDRSTRLEN> network{};
    ::inet_ntop(AF_INET6, &socket.sin6_addr, network.data(), network.size());
    return std::string(network.data()) + "/64";
  }
  if (origin.starts_with("127.")) return "127.0.0.0/8";
  return std::string(origin.substr(0, origin.rfind(':')));
}

std::string format_address(const Address& address) {
  std::array<char, INET6_ADDRSTRLEN> host{};
  if (address.storage.ss_family == AF_INET) {
    sockaddr_in socket{};
    std::memcpy(&socket, &address.storage, sizeof(socket));
    ::inet_ntop(AF_INET, &socket.sin_addr, host.data(), host.size());
    return std::string(host.data()) + ':' + std::to_string(ntohs(socket.sin_port));
  }
  if (address.storage.ss_family == AF_INET6) {
    sockaddr_in6 socket{};
    std::memcpy(&socket, &address.storage, sizeof(socket));
    ::inet_ntop(AF_INET6, &socket.sin6_addr, host.data(), host.size());
    return '[' + std::string(host.data()) + "]:" + std::to_string(ntohs(socket.sin6_port));
  }
  return "";
}

}  // namespace mgr::broker
