// mgr-shutdown · root · the backend for machines without a login manager: shutdown(8), of systemd
// and of sysvinit.
#pragma once

#include <string>

#include "modules/mgr-shutdown/backend.h"

namespace mgr_shutdown {

// The time is waited for here, and shutdown(8) is then run with `now`. Given the time, the two
// programs differ in all that matters: its unit is a minute; systemd's ends at once and leaves it
// to the login manager, which may not be there, sysvinit's stays until then. Nothing but this
// process knows of the shutdown: it is called off by its end, and shutdown -c does not see it.
class ShutdownProgram : public Backend {
 public:
  struct Programs {
    std::string shutdown;
    std::string wall;  // tells users at once and a minute before; where it fails they are not told
  };
  // Those of the machine, an error without a shutdown(8).
  [[nodiscard]] static Result<Programs> find_programs();

  ShutdownProgram(Programs programs, EventLoop& loop, Ended ended)
      : programs_(std::move(programs)), loop_(loop), ended_(std::move(ended)) {}

  [[nodiscard]] Result<void> schedule(const Request& request, RealTime at) override;
  [[nodiscard]] Outcome call_off() override;

 private:
  void tell_users(const std::string& news);
  void go_down();

  Programs programs_;
  EventLoop& loop_;
  Ended ended_;
  Request request_{};
  RealTime at_{};
  bool runs_ = false;  // shutdown(8) does
};

}  // namespace mgr_shutdown
