// mgr-broker. What systemd passes and wants to hear (sd_listen_fds(3), sd_notify(3)); without
// systemd all of it is nothing.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "protocol/descriptor.h"
#include "protocol/error.h"

namespace mgr::broker {

class Supervisor {
 public:
  // Without a supervisor.
  Supervisor() = default;
  // Reads and removes the variables of the environment, and connects the notify socket: sd_notify
  // makes a datagram socket for each message, which the cage does not allow. Fails where a
  // descriptor was passed that is no listening stream socket.
  [[nodiscard]] static Result<Supervisor> open();

  // The listening sockets that were passed (socket activation); taken once.
  [[nodiscard]] std::vector<Descriptor> take_listeners() { return std::move(listeners_); }
  // How often to call alive(); 0 for never.
  [[nodiscard]] std::uint64_t watchdog_interval_ms() const { return watchdog_interval_ms_; }

  void ready() const { notify("READY=1"); }
  void alive() const { notify("WATCHDOG=1"); }
  void stopping() const { notify("STOPPING=1"); }

 private:
  void notify(std::string_view state) const;

  Descriptor notify_;
  std::vector<Descriptor> listeners_;
  std::uint64_t watchdog_interval_ms_ = 0;
};

}  // namespace mgr::broker
