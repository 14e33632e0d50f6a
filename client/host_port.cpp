// Clients; distrusts the text.
#include "client/host_port.h"

#include <charconv>
#include <cstdint>

namespace mgr::client {
namespace {

constexpr std::size_t longest_host = 253;  // RFC 1035, section 2.3.4, as text

bool is_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), port);
  return read.ec == std::errc() && port > 0 && std::to_string(port) == text;
}

// Which of the two it is the resolver finds out; here it is only one word without surprises.
bool is_host(std::string_view text, std::string_view also) {
  if (text.empty() || text.size() > longest_host || text.front() == '-') return false;
  for (const char byte : text) {
    const bool is_plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                          (byte >= '0' && byte <= '9') || also.find(byte) != std::string::npos;
    if (!is_plain) return false;
  }
  return true;
}

}  // namespace

std::optional<HostPort> parse_host_port(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || !is_port(text.substr(colon + 1))) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const bool is_bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (is_bracketed) host = host.substr(1, host.size() - 2);
  if (!is_host(host, is_bracketed ? ":.%-_" : ".-_")) return std::nullopt;
  return HostPort{std::string(text), std::string(host), std::string(text.substr(colon + 1))};
}

bool is_loopback(const HostPort& address) {
  return address.host.starts_with("127.") || address.host == "::1";
}

}  // namespace mgr::client
