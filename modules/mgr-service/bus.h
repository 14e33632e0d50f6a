// mgr-service · user mgr-service · distrusts the bus no more than its own systemd, but waits for it
// only so long.
#pragma once

#include <systemd/sd-bus.h>

#include <chrono>
#include <memory>

#include "modules/mgr-service/result.h"

namespace mgr_service {

struct CloseBus {
  void operator()(sd_bus* bus) const { sd_bus_close_unref(bus); }
};
using Bus = std::unique_ptr<sd_bus, CloseBus>;

// Connects to the system bus, sd_bus_open_system(3). Fails as unreachable.
[[nodiscard]] Result<Bus> open_system_bus(std::chrono::milliseconds timeout);

// Until the bus has let us in. Fails as unreachable where it does not, or not in time.
[[nodiscard]] Result<void> wait_until_ready(sd_bus* bus, std::chrono::milliseconds timeout);

}  // namespace mgr_service
