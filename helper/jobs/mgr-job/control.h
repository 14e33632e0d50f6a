// mgr-job's end of the job's `control` socket: helpers connect, ask for a stop, and learn of our
// end by its hang-up. User mgr-job; distrusts whoever connects.
#pragma once

#include <poll.h>

#include <vector>

#include "protocol/descriptor.h"

namespace mgr {

// Owns the connections; borrows the listener.
class Control {
 public:
  explicit Control(int listener) : listener_(listener) {}

  // Appends the listener and the connections.
  void add_to(std::vector<pollfd>& polled) const;
  // Takes what poll(2) said of them, `polled` from the listener on. True where root asked for a
  // stop. A peer that is not uid 0 (SO_PEERCRED), or says anything else, is closed.
  [[nodiscard]] bool handle(const pollfd* polled);

 private:
  void accept_peer();

  int listener_;
  std::vector<Descriptor> peers_;
};

}  // namespace mgr
