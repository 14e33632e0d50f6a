// Helper, root.
#include "helper/jobs/watch.h"

#include <utility>

namespace mgr {

struct Watch::Handle {
  union {
    uv_handle_t any;
    uv_poll_t poll;
    uv_timer_t timer;
  };
  Happened happened;

  explicit Handle(Happened function) : any{}, happened(std::move(function)) {}
  static void call(void* data) { static_cast<Handle*>(data)->happened(); }
};

Result<std::unique_ptr<Watch>> Watch::descriptor(uv_loop_t* loop, int descriptor, int events,
                                                 Happened happened) {
  auto handle = std::make_unique<Handle>(std::move(happened));
  if (const int error = uv_poll_init(loop, &handle->poll, descriptor); error != 0) {
    return fail(ErrorCode::failed, uv_strerror(error));
  }
  handle->any.data = handle.get();
  std::unique_ptr<Watch> watch(new Watch(handle.release()));
  watch->change(events);
  return watch;
}

void Watch::keep(int events) {
  if (uv_is_active(&handle_->any) == 0) change(events);
}

void Watch::change(int events) {
  if (events == 0) {
    uv_poll_stop(&handle_->poll);
  } else {
    uv_poll_start(&handle_->poll, events,
                  [](uv_poll_t* poll, int, int) { Handle::call(poll->data); });
  }
}

std::unique_ptr<Watch> Watch::after(uv_loop_t* loop, std::uint64_t milliseconds,
                                    Happened happened) {
  auto handle = std::make_unique<Handle>(std::move(happened));
  uv_timer_init(loop, &handle->timer);
  handle->any.data = handle.get();
  const auto call = [](uv_timer_t* timer) { Handle::call(timer->data); };
  uv_timer_start(&handle->timer, call, milliseconds, 0);
  return std::unique_ptr<Watch>(new Watch(handle.release()));
}

Watch::~Watch() {
  uv_close(&handle_->any, [](uv_handle_t* handle) { delete static_cast<Handle*>(handle->data); });
}

}  // namespace mgr
