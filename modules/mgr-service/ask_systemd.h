// mgr-service · user mgr-service · distrusts the unit's name, which systemd judges, and the shape
// of the answer.
#pragma once

#include <systemd/sd-bus.h>

#include <chrono>
#include <string>

#include "modules/mgr-service/result.h"
#include "modules/mgr-service/unit_status.h"

namespace mgr_service {

// The properties of a unit, of all its interfaces: LoadUnit and GetAll of
// org.freedesktop.systemd1(5), each within `timeout`. systemd loads a unit that is not in memory,
// and starts nothing; one that does not exist has the LoadState "not-found". Fails as refused where
// systemd has an objection, such as to the name, and as unreachable where it is not there.
[[nodiscard]] Result<Properties> ask_systemd(sd_bus* bus, const std::string& unit,
                                             std::chrono::milliseconds timeout);

}  // namespace mgr_service
