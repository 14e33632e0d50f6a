// Tests. A daemon of the test's own making: one connection, answered by a function.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include "client/connection.h"

namespace mgr::client {

inline Deadline within(std::chrono::milliseconds time) {
  return std::chrono::steady_clock::now() + time;
}

// The bytes that arrive up to the empty line of a block, or to the end of the stream.
inline std::string read_block(int descriptor) {
  std::string block;
  char byte = 0;
  while (!block.ends_with("\n\n") && ::read(descriptor, &byte, 1) == 1) block += byte;
  return block;
}

inline void write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

// Listens in a temporary folder, and accepts one connection in a thread of its own, which `serve`
// then gets. The destructor waits for the thread, so the test must have connected.
class FakeServer {
 public:
  explicit FakeServer(std::function<void(int)> serve) {
    char pattern[] = "/tmp/mgr-client-XXXXXX";
    if (::mkdtemp(pattern) == nullptr) throw std::runtime_error("mkdtemp");
    folder_ = pattern;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path().copy(address.sun_path, sizeof address.sun_path - 1);
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);
    if (::bind(listener_, generic, sizeof address) != 0 || ::listen(listener_, 4) != 0) {
      throw std::runtime_error("bind");
    }
    thread_ = std::thread([this, serve = std::move(serve)] {
      const int connection = ::accept(listener_, nullptr, nullptr);
      serve(connection);
      ::close(connection);
    });
  }
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;
  ~FakeServer() {
    thread_.join();
    ::close(listener_);
    std::filesystem::remove_all(folder_);
  }

  [[nodiscard]] std::string path() const { return folder_ + "/mgr.sock"; }

 private:
  std::string folder_;
  int listener_ = -1;
  std::thread thread_;
};

}  // namespace mgr::client
