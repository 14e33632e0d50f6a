// mgr-shutdown · root · what carries a shutdown out. Holds no input of its own.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "modules/mgr-shutdown/event_loop.h"
#include "modules/mgr-shutdown/request.h"
#include "modules/mgr-shutdown/result.h"

namespace mgr_shutdown {

using RealTime = std::chrono::sys_time<std::chrono::microseconds>;

[[nodiscard]] inline RealTime real_time() {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

// How it ended; the values are the exit statuses.
enum class Ending : std::uint8_t { goes_down = 0, failed = 1, called_off = 3 };

struct Outcome {
  Ending ending = Ending::failed;
  std::string text;  // one line for the administrator
};

class Backend {
 public:
  // Called at most once, from the loop, when the shutdown has begun or will not come.
  using Ended = std::function<void(Outcome)>;

  Backend() = default;
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;
  virtual ~Backend() = default;

  // Called once. After an error nothing of ours is scheduled.
  [[nodiscard]] virtual Result<void> schedule(const Request& request, RealTime at) = 0;

  // Called once at most, between a schedule() that held and ended(), which is not called any more.
  [[nodiscard]] virtual Outcome call_off() = 0;
};

// The one that the request names, `automatic` resolved.
[[nodiscard]] Result<std::unique_ptr<Backend>> open_backend(const Request& request, EventLoop& loop,
                                                            Backend::Ended ended);

}  // namespace mgr_shutdown
