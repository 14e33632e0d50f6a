// Lets something happen at most once an interval. mgr-job. Wakes nobody while nothing waits.
#pragma once

#include <chrono>
#include <optional>

#include "protocol/descriptor.h"
#include "protocol/error.h"

namespace mgr {

class Pace {
 public:
  static Result<Pace> make(std::chrono::milliseconds interval);

  // True where it may happen now, and then it has. Else its turn is awaited.
  [[nodiscard]] bool ask();
  // A timerfd, readable when what was awaited may happen: take() then.
  [[nodiscard]] int descriptor() const { return timer_.get(); }
  // True where its turn has come, and then it has happened.
  [[nodiscard]] bool take();

 private:
  using Clock = std::chrono::steady_clock;
  std::chrono::milliseconds interval_{};
  std::optional<Clock::time_point> last_;
  bool awaited_ = false;
  Descriptor timer_;
};

}  // namespace mgr
