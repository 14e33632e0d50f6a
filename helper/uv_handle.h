// libuv handles that belong to an object: made on the heap, closed by close_handle, freed by libuv
// in its own time, so that their owner may die at once. Helper, root.
#pragma once

#include <uv.h>

#include <cstdint>

namespace mgr {

using DescriptorEvent = void (*)(void* owner, int events);
using TimerEvent = void (*)(void* owner);

// Watches `descriptor` (not owned) for UV_READABLE and the like. `event` gets 0 on an error, which
// a recv or send will then tell. Aborts when the descriptor cannot be polled: a programming error.
[[nodiscard]] uv_poll_t* watch_descriptor(uv_loop_t* loop, int descriptor, int events, void* owner,
                                          DescriptorEvent event);
// Changes what is watched for; 0 pauses.
void rewatch(uv_poll_t* poll, int events);

// A timer that is not running.
[[nodiscard]] uv_timer_t* make_timer(uv_loop_t* loop, void* owner, TimerEvent event);
void restart_timer(uv_timer_t* timer, std::uint64_t milliseconds, std::uint64_t repeat = 0);

// Stops and frees; nullptr is let through. No event comes afterwards.
void close_handle(uv_poll_t* poll);
void close_handle(uv_timer_t* timer);

template <typename Handle>
[[nodiscard]] uv_handle_t* as_handle(Handle* handle) {
  return reinterpret_cast<uv_handle_t*>(handle);
}

}  // namespace mgr
