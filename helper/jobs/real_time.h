// The clock of records. Helper and mgr-job.
#pragma once

#include <time.h>

#include <cstdint>

namespace mgr {

// Microseconds since 1970.
[[nodiscard]] inline std::int64_t real_time_us() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000;
}

}  // namespace mgr
