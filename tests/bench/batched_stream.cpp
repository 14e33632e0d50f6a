#include "tests/bench/batched_stream.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace mgr::bench {

BatchedStream::BatchedStream(uv_loop_t* loop, UniqueFd fd) : fd_(std::move(fd)) {
  must(uv_poll_init(loop, &poll_, fd_.get()), "uv_poll_init");
  poll_.data = this;
  poll_for(UV_READABLE);
}

void BatchedStream::flush() {
  if (ended_ || queued_.empty()) return;
  const ssize_t sent = send(fd_.get(), queued_.data(), queued_.size(), MSG_NOSIGNAL);
  if (sent >= 0) {
    queued_.erase(0, static_cast<std::size_t>(sent));
  } else if (errno != EAGAIN && errno != EINTR) {
    queued_.clear();
  }
  if (queued_.empty()) {
    poll_for(events_ & ~UV_WRITABLE);
    on_flushed();
  } else {
    poll_for(events_ | UV_WRITABLE);
  }
}

void BatchedStream::end() {
  if (std::exchange(ended_, true)) return;
  uv_close(reinterpret_cast<uv_handle_t*>(&poll_),
           [](uv_handle_t* handle) { delete static_cast<BatchedStream*>(handle->data); });
  fd_ = UniqueFd();
}

std::optional<std::string_view> BatchedStream::receive(std::span<char> buffer) const {
  const ssize_t got = recv(fd_.get(), buffer.data(), buffer.size(), 0);
  if (got >= 0) return std::string_view(buffer.data(), static_cast<std::size_t>(got));
  if (errno == EAGAIN || errno == EINTR) return std::nullopt;
  return std::string_view();
}

void BatchedStream::stop_reading() { poll_for(events_ & ~UV_READABLE); }

void BatchedStream::poll_for(int events) {
  if (ended_ || events == events_) return;
  events_ = events;
  must(uv_poll_start(&poll_, events,
                     [](uv_poll_t* poll, int status, int ready) {
                       auto* stream = static_cast<BatchedStream*>(poll->data);
                       if (status < 0 || (ready & UV_READABLE)) stream->on_readable();
                       if (ready & UV_WRITABLE) stream->flush();
                     }),
       "uv_poll_start");
}

TurnEnd::TurnEnd(uv_loop_t* loop, std::function<void()> at_end) : at_end_(std::move(at_end)) {
  must(uv_check_init(loop, &check_), "uv_check_init");
  check_.data = this;
  must(uv_check_start(&check_,
                      [](uv_check_t* check) { static_cast<TurnEnd*>(check->data)->at_end_(); }),
       "uv_check_start");
}

void must(int result, const char* call) {
  if (result >= 0) return;
  std::fprintf(stderr, "%s: %s\n", call, uv_strerror(result));
  std::_Exit(EXIT_FAILURE);
}

}  // namespace mgr::bench
