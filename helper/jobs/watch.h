// One thing that the loop waits for: a descriptor's event, or a time. Helper, root.
#pragma once

#include <uv.h>

#include <cstdint>
#include <functional>
#include <memory>

#include "protocol/error.h"

namespace mgr {

// Calls `happened` from the loop until it is destroyed, which may be from within that call. The
// descriptor is borrowed and must stay open as long; it may be closed right after.
class Watch {
 public:
  using Happened = std::function<void()>;

  // uv_poll with UV_READABLE, UV_WRITABLE, UV_DISCONNECT or UV_PRIORITIZED; 0 for none yet.
  static Result<std::unique_ptr<Watch>> descriptor(uv_loop_t* loop, int descriptor, int events,
                                                   Happened happened);
  // Once, after so many milliseconds; 0 means in the next turn.
  static std::unique_ptr<Watch> after(uv_loop_t* loop, std::uint64_t milliseconds,
                                      Happened happened);
  ~Watch();
  // Other events for a descriptor's watch; 0 pauses it.
  void change(int events);
  // The same, where libuv has stopped watching at an error.
  void keep(int events);
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

 private:
  // Freed by the loop, one turn after the Watch.
  struct Handle;
  explicit Watch(Handle* handle) : handle_(handle) {}
  Handle* handle_;
};

}  // namespace mgr
