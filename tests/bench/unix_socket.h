// Benchmarks only: descriptors that close themselves, and stream sockets: UNIX ones by their path
// (unix(7)), and clients of "127.0.0.1:PORT" (tcp(7)).
#pragma once

#include <optional>
#include <string>
#include <utility>

namespace mgr::bench {

// Owns one descriptor; closed with it.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept;
  ~UniqueFd();

  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_ = -1;
};

// A listening socket that does not block. The path must not exist yet. Throws std::system_error.
[[nodiscard]] UniqueFd listen_on(const std::string& path);

// A connected socket that does not block; nothing when the listener's backlog is full just now
// (connect(2): EAGAIN), so that the caller tries again later. Throws std::system_error.
[[nodiscard]] std::optional<UniqueFd> connect_to(const std::string& path);

}  // namespace mgr::bench
