// A uv loop for a test, turned until a condition holds. Reaching the limit is a failure of the
// test.
#pragma once

#include <gtest/gtest.h>
#include <uv.h>

#include <functional>

namespace mgr {

class TestLoop {
 public:
  TestLoop() { uv_loop_init(&loop_); }
  ~TestLoop() {
    while (uv_run(&loop_, UV_RUN_NOWAIT) != 0) {
    }
    EXPECT_EQ(uv_loop_close(&loop_), 0) << "a handle was left open";
  }
  TestLoop(const TestLoop&) = delete;
  TestLoop& operator=(const TestLoop&) = delete;

  uv_loop_t* get() { return &loop_; }

  // Turns the loop; `each_turn` is called after every turn.
  void run_until(
      const std::function<bool()>& done, const std::function<void()>& each_turn = [] {}) {
    uv_timer_t limit;
    bool expired = false;
    uv_timer_init(&loop_, &limit);
    limit.data = &expired;
    uv_timer_start(
        &limit, [](uv_timer_t* timer) { *static_cast<bool*>(timer->data) = true; }, 20000, 0);
    while (!done() && !expired) {
      uv_run(&loop_, UV_RUN_ONCE);
      each_turn();
    }
    uv_close(reinterpret_cast<uv_handle_t*>(&limit), nullptr);
    uv_run(&loop_, UV_RUN_NOWAIT);
    EXPECT_FALSE(expired) << "the condition never held";
  }

 private:
  uv_loop_t loop_{};
};

}  // namespace mgr
