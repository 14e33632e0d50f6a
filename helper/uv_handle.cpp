// mgr-helper, root.
#include "helper/uv_handle.h"

#include <cstdlib>

namespace mgr {
namespace {

struct Poll {
  uv_poll_t handle;
  void* owner;
  DescriptorEvent event;
};

struct Timer {
  uv_timer_t handle;
  void* owner;
  TimerEvent event;
};

void on_poll(uv_poll_t* handle, int status, int events) {
  const auto* poll = reinterpret_cast<Poll*>(handle);
  poll->event(poll->owner, status < 0 ? 0 : events);
}

void on_timer(uv_timer_t* handle) {
  const auto* timer = reinterpret_cast<Timer*>(handle);
  timer->event(timer->owner);
}

}  // namespace

uv_poll_t* watch_descriptor(uv_loop_t* loop, int descriptor, int events, void* owner,
                            DescriptorEvent event) {
  auto* poll = new Poll{{}, owner, event};
  if (uv_poll_init(loop, &poll->handle, descriptor) != 0) std::abort();
  rewatch(&poll->handle, events);
  return &poll->handle;
}

void rewatch(uv_poll_t* poll, int events) {
  if (events == 0) {
    uv_poll_stop(poll);
  } else {
    uv_poll_start(poll, events, on_poll);
  }
}

uv_timer_t* make_timer(uv_loop_t* loop, void* owner, TimerEvent event) {
  auto* timer = new Timer{{}, owner, event};
  uv_timer_init(loop, &timer->handle);
  return &timer->handle;
}

void restart_timer(uv_timer_t* timer, std::uint64_t milliseconds, std::uint64_t repeat) {
  uv_timer_start(timer, on_timer, milliseconds, repeat);
}

void close_handle(uv_poll_t* poll) {
  if (poll == nullptr) return;
  uv_close(as_handle(poll), [](uv_handle_t* handle) { delete reinterpret_cast<Poll*>(handle); });
}

void close_handle(uv_timer_t* timer) {
  if (timer == nullptr) return;
  uv_close(as_handle(timer), [](uv_handle_t* handle) { delete reinterpret_cast<Timer*>(handle); });
}

}  // namespace mgr
