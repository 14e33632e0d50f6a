// mgr-job's end of the job's `control` socket: helpers connect, ask for a stop, are told of
// progress and output, and learn of our end by its hang-up. User mgr-job; distrusts whoever
// connects.
#pragma once

#include <poll.h>

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "helper/jobs/job_files.h"
#include "helper/jobs/mgr-job/pace.h"
#include "protocol/descriptor.h"
#include "protocol/error.h"

namespace mgr {

// Owns the connections; borrows the listener. Never waits for a peer: what does not fit is dropped.
class Control {
 public:
  static Result<Control> make(int listener);

  // Appends the listener, a timer and the connections.
  void add_to(std::vector<pollfd>& polled) const;
  // Takes what poll(2) said of them, `polled` from the listener on. True where root asked for a
  // stop. A peer that is not uid 0 (SO_PEERCRED), or says anything that job_files.h does not have,
  // is closed.
  [[nodiscard]] bool handle(const pollfd* polled);

  // Tells every peer, and each that comes later, where it has changed.
  void set_progress(std::optional<std::uint8_t> percent);
  // Tells those that follow where it has changed, at most ten times a second.
  void set_output(std::uint64_t bytes);
  // Before the hang-up: those that follow learn the last state.
  void finish();

 private:
  struct Peer {
    Descriptor socket;
    bool follows = false;  // has asked to be told of output
  };

  Control(int listener, Pace pace) : listener_(listener), pace_(std::move(pace)) {}
  // False where it has to go.
  bool hear(Peer& peer, bool& stop_asked) const;
  void accept_peer();
  void tell_output();

  int listener_;
  Pace pace_;
  std::vector<Peer> peers_;
  std::optional<std::uint8_t> progress_;
  std::uint64_t output_ = 0;
  bool output_untold_ = false;
};

}  // namespace mgr
