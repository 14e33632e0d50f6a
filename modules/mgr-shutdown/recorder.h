// mgr-shutdown · root · writes down what it would do, for tests of all that is above the backends.
#pragma once

#include <string>

#include "modules/mgr-shutdown/backend.h"

namespace mgr_shutdown {

// Appends one line of JSON for each step to the file, which is made where it is missing:
//   {"at":"2026-01-31T12:00:00.000000Z","message":"…","step":"scheduled","type":"poweroff"}
//   and the same with the step "cancelled" or "went down", which is the last one
// It waits as the others do, and the machine stays up.
class Recorder : public Backend {
 public:
  Recorder(EventLoop& loop, Ended ended) : loop_(loop), ended_(std::move(ended)) {}

  [[nodiscard]] Result<void> schedule(const Request& request, RealTime at) override;
  [[nodiscard]] Outcome call_off() override;

 private:
  void go_down();
  [[nodiscard]] Result<void> write(const char* step) const;

  EventLoop& loop_;
  Ended ended_;
  Request request_{};
  RealTime at_{};
};

}  // namespace mgr_shutdown
