// mgr-job, user mgr-job.
#include "helper/jobs/mgr-job/pace.h"

#include <sys/timerfd.h>
#include <unistd.h>

#include <cstdint>

namespace mgr {

Result<Pace> Pace::make(std::chrono::milliseconds interval) {
  Pace pace;
  pace.interval_ = interval;
  pace.timer_ = Descriptor(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
  if (!pace.timer_) return fail_errno("timerfd");
  return pace;
}

bool Pace::ask() {
  using std::chrono::nanoseconds;
  if (awaited_) return false;
  const Clock::time_point now = Clock::now();
  if (!last_ || now - *last_ >= interval_) {
    last_ = now;
    return true;
  }
  const nanoseconds wait = interval_ - (now - *last_);
  itimerspec when{};
  when.it_value.tv_sec = static_cast<time_t>(wait / std::chrono::seconds(1));
  when.it_value.tv_nsec = static_cast<long>((wait % std::chrono::seconds(1)).count());
  awaited_ = timerfd_settime(timer_.get(), 0, &when, nullptr) == 0;
  return false;
}

bool Pace::take() {
  std::uint64_t expirations = 0;
  if (read(timer_.get(), &expirations, sizeof(expirations)) != sizeof(expirations)) return false;
  awaited_ = false;
  last_ = Clock::now();
  return true;
}

}  // namespace mgr
