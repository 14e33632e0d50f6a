// Broker (uid mgr-broker). What the broker uses of libuv's loop, each piece with an owner.
//
// libuv frees a handle only some time after uv_close, so the handles live on the heap and outlive
// their owners by that long; a handler is never called once its owner is gone. One thread, no
// thread pool: capabilities and Landlock belong to threads.
#pragma once

#include <uv.h>

#include <cstdint>
#include <functional>

#include "protocol/error.h"

namespace mgr::broker {

// The loop itself. Lives longer than everything that runs on it.
class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  [[nodiscard]] uv_loop_t* get() { return &loop_; }

 private:
  uv_loop_t loop_{};
};

// Watches one descriptor (uv_poll, level-triggered). The owner closes the watch before the
// descriptor. Opening costs three system calls and each change of want() two, so it is opened as
// late and changed as seldom as can be.
class Watch {
 public:
  // `events` is a set of UV_READABLE and UV_WRITABLE. An error that is pending on the socket
  // arrives as UV_READABLE, for recv to tell, after the watch has stopped wanting anything.
  using Handler = std::function<void(int events)>;

  Watch() = default;
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  ~Watch() { close(); }

  // Fails where libuv does (uv_poll_init). `fd` becomes non-blocking.
  Result<void> open(uv_loop_t* loop, int fd, Handler handler);
  [[nodiscard]] bool is_open() const { return handle_ != nullptr; }
  [[nodiscard]] int wanted() const;
  void want(int events);
  void close();

 private:
  struct Handle;
  Handle* handle_ = nullptr;
};

// Fires once after start(); start() on a running timer moves it.
class Timer {
 public:
  Timer(uv_loop_t* loop, std::function<void()> handler);
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer();

  void start(std::uint64_t milliseconds);
  void stop();
  [[nodiscard]] bool is_running() const;

 private:
  struct Handle;
  Handle* handle_;
};

// Calls its handler at the end of each turn of the loop: after all that was readable has been read
// (uv_check), and once more just before the loop sleeps (uv_prepare), because timers run between
// the two and what they say must not wait for the next wake-up. Neither wakes an idle loop.
class TurnEnd {
 public:
  TurnEnd(uv_loop_t* loop, std::function<void()> handler);
  TurnEnd(const TurnEnd&) = delete;
  TurnEnd& operator=(const TurnEnd&) = delete;
  ~TurnEnd();

 private:
  struct Handle;
  Handle* handle_;
};

}  // namespace mgr::broker
