#include "tests/bench/unix_socket.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
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
  const sockaddr_un address = address_of(path);
  UniqueFd fd = make_socket(path);
  if (connect(fd.get(), generic(address), sizeof(address)) == 0) return fd;
  if (errno == EAGAIN) return std::nullopt;
  fail("connect", path);
}

}  // namespace mgr::bench
