// Benchmarks only: epoll(7) over objects, for the single-threaded loads.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <cerrno>
#include <span>
#include <system_error>

#include "tests/bench/unix_socket.h"

namespace mgr::bench {

class EpollSet {
 public:
  EpollSet() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    if (epoll_.get() < 0) fail("epoll_create1");
  }

  // `owner` comes back with the descriptor's events.
  void add(int fd, unsigned events, void* owner) { control(EPOLL_CTL_ADD, fd, events, owner); }
  void change(int fd, unsigned events, void* owner) { control(EPOLL_CTL_MOD, fd, events, owner); }

  // Valid until the next wait; empty when nothing came in time.
  [[nodiscard]] std::span<const epoll_event> wait(int milliseconds) {
    const int ready =
        epoll_wait(epoll_.get(), ready_.data(), static_cast<int>(ready_.size()), milliseconds);
    if (ready < 0 && errno != EINTR) fail("epoll_wait");
    return {ready_.data(), ready < 0 ? 0 : static_cast<std::size_t>(ready)};
  }

 private:
  [[noreturn]] static void fail(const char* call) {
    throw std::system_error(errno, std::generic_category(), call);
  }

  void control(int operation, int fd, unsigned events, void* owner) {
    epoll_event event{};
    event.events = events;
    event.data.ptr = owner;
    if (epoll_ctl(epoll_.get(), operation, fd, &event) != 0) fail("epoll_ctl");
  }

  UniqueFd epoll_;
  std::array<epoll_event, 512> ready_{};
};

}  // namespace mgr::bench
