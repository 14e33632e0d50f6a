// mgr-service · user mgr-service · distrusts the bus no more than its own systemd, but waits for it
// only so long.
#include "modules/mgr-service/bus.h"

#include <cstring>

namespace mgr_service {
namespace {

tl::unexpected<Error> unreachable(int error_number) {
  return failure(Exit::unreachable, std::string("the system bus does not answer: ") +
                                        std::strerror(error_number) +
                                        "; is this a machine with systemd and D-Bus?");
}

}  // namespace

Result<void> wait_until_ready(sd_bus* bus, std::chrono::milliseconds timeout) {
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + timeout;
  for (;;) {
    const int ready = sd_bus_is_ready(bus);
    if (ready < 0) return unreachable(-ready);
    if (ready > 0) return {};
    const int done = sd_bus_process(bus, nullptr);
    if (done < 0) return unreachable(-done);
    if (done > 0) continue;
    const auto left =
        std::chrono::duration_cast<std::chrono::microseconds>(deadline - Clock::now()).count();
    if (left <= 0) return unreachable(ETIMEDOUT);
    const int waited = sd_bus_wait(bus, static_cast<std::uint64_t>(left));
    if (waited < 0 && waited != -EINTR) return unreachable(-waited);
  }
}

Result<Bus> open_system_bus(std::chrono::milliseconds timeout) {
  sd_bus* opened = nullptr;
  const int status = sd_bus_open_system(&opened);
  if (status < 0) return unreachable(-status);
  Bus bus(opened);
  const auto ready = wait_until_ready(bus.get(), timeout);
  if (!ready) return tl::unexpected(ready.error());
  return bus;
}

}  // namespace mgr_service
