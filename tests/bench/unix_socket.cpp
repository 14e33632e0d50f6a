#include "tests/bench/unix_socket.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <string_view>
#include <system_error>

namespace mgr::bench {
namespace {

constexpr int backlog = 4096;

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) throw std::runtime_error("path too long: " + path);
  std::copy(path.begin(), path.end(), address.sun_path);
  return address;
}

[[noreturn]] void fail(const char* call, const std::string& path) {
  throw std::system_error(errno, std::generic_category(), call + (" " + path));
}

UniqueFd make_socket(const std::string& path) {
  UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (fd.get() < 0) fail("socket", path);
  return fd;
}

const sockaddr* generic(const sockaddr_un& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

constexpr std::string_view loopback = "127.0.0.1:";

UniqueFd connect_to_port(const std::string& place) {
  UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (fd.get() < 0) fail("socket", place);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<in_port_t>(std::stoi(place.substr(loopback.size()))));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    fail("connect", place);
  }
  const int on = 1;
  setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  if (fcntl(fd.get(), F_SETFL, O_NONBLOCK) != 0) fail("fcntl", place);
  return fd;
}

}  // namespace

UniqueFd::~UniqueFd() {
  if (fd_ >= 0) close(fd_);
}

UniqueFd& UniqueFd::operator=(UniqueFd&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) close(fd_);
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

UniqueFd listen_on(const std::string& path) {
  const sockaddr_un address = address_of(path);
  UniqueFd fd = make_socket(path);
  if (bind(fd.get(), generic(address), sizeof(address)) != 0) fail("bind", path);
  if (listen(fd.get(), backlog) != 0) fail("listen", path);
  return fd;
}

std::optional<UniqueFd> connect_to(const std::string& path) {
  if (path.starts_with(loopback)) return connect_to_port(path);
  const sockaddr_un address = address_of(path);
  UniqueFd fd = make_socket(path);
  if (connect(fd.get(), generic(address), sizeof(address)) == 0) return fd;
  if (errno == EAGAIN) return std::nullopt;
  fail("connect", path);
}

}  // namespace mgr::bench
