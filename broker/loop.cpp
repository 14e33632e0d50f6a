// Broker (uid mgr-broker). The only file that makes and frees libuv handles.
#include "broker/loop.h"

#include <cstdlib>
#include <utility>

namespace mgr::broker {
namespace {

// Memory or descriptors are gone before the first client came: there is nothing to go on with.
void must(int status) {
  if (status < 0) std::abort();
}

template <typename Handle, typename UvHandle>
void close_and_delete(Handle* handle, UvHandle* uv) {
  uv->data = handle;
  uv_close(reinterpret_cast<uv_handle_t*>(uv),
           [](uv_handle_t* closed) { delete static_cast<Handle*>(closed->data); });
}

}  // namespace

Loop::Loop() { must(uv_loop_init(&loop_)); }

Loop::~Loop() {
  // The owners are gone; what is left are the close callbacks of their handles.
  uv_run(&loop_, UV_RUN_DEFAULT);
  must(uv_loop_close(&loop_));
}

struct Watch::Handle {
  uv_poll_t poll{};
  Handler handler;
  int wanted = 0;

  static void fire(uv_poll_t* poll, int status, int events) {
    auto* self = static_cast<Handle*>(poll->data);
    if (status < 0) self->wanted = 0;  // libuv has stopped the handle
    self->handler(status < 0 ? UV_READABLE : events);
  }
};

Result<void> Watch::open(uv_loop_t* loop, int fd, Handler handler) {
  close();
  auto* handle = new Handle;
  if (const int status = uv_poll_init(loop, &handle->poll, fd); status < 0) {
    delete handle;
    return fail(ErrorCode::failed, std::string("uv_poll_init: ") + uv_strerror(status));
  }
  handle->poll.data = handle;
  handle->handler = std::move(handler);
  handle_ = handle;
  return {};
}

int Watch::wanted() const { return handle_ == nullptr ? 0 : handle_->wanted; }

void Watch::want(int events) {
  if (handle_ == nullptr || handle_->wanted == events) return;
  handle_->wanted = events;
  if (events == 0) {
    uv_poll_stop(&handle_->poll);
  } else {
    uv_poll_start(&handle_->poll, events, Handle::fire);
  }
}

void Watch::close() {
  if (handle_ == nullptr) return;
  close_and_delete(handle_, &handle_->poll);
  handle_ = nullptr;
}

struct Timer::Handle {
  uv_timer_t timer{};
  std::function<void()> handler;
};

Timer::Timer(uv_loop_t* loop, std::function<void()> handler) : handle_(new Handle) {
  handle_->handler = std::move(handler);
  must(uv_timer_init(loop, &handle_->timer));
  handle_->timer.data = handle_;
}

Timer::~Timer() { close_and_delete(handle_, &handle_->timer); }

void Timer::start(std::uint64_t milliseconds) {
  const auto fire = [](uv_timer_t* timer) { static_cast<Handle*>(timer->data)->handler(); };
  uv_timer_start(&handle_->timer, fire, milliseconds, 0);
}

void Timer::stop() { uv_timer_stop(&handle_->timer); }

bool Timer::is_running() const {
  return uv_is_active(reinterpret_cast<const uv_handle_t*>(&handle_->timer)) != 0;
}

struct TurnEnd::Handle {
  uv_check_t check{};
  uv_prepare_t prepare{};
  std::function<void()> handler;
};

TurnEnd::TurnEnd(uv_loop_t* loop, std::function<void()> handler) : handle_(new Handle) {
  handle_->handler = std::move(handler);
  must(uv_check_init(loop, &handle_->check));
  must(uv_prepare_init(loop, &handle_->prepare));
  handle_->check.data = handle_->prepare.data = handle_;
  uv_check_start(&handle_->check,
                 [](uv_check_t* check) { static_cast<Handle*>(check->data)->handler(); });
  uv_prepare_start(&handle_->prepare,
                   [](uv_prepare_t* prepare) { static_cast<Handle*>(prepare->data)->handler(); });
}

TurnEnd::~TurnEnd() {
  uv_check_stop(&handle_->check);
  uv_prepare_stop(&handle_->prepare);
  // Closed one after the other, so that the memory goes with the second.
  uv_close(reinterpret_cast<uv_handle_t*>(&handle_->check), [](uv_handle_t* check) {
    auto* handle = static_cast<Handle*>(check->data);
    close_and_delete(handle, &handle->prepare);
  });
}

}  // namespace mgr::broker
