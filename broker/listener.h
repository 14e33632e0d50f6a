// Broker (uid mgr-broker). The listening sockets of the network (tcp(7)).
#pragma once

#include <functional>
#include <string>

#include "broker/address.h"
#include "broker/loop.h"
#include "protocol/descriptor.h"
#include "protocol/error.h"

namespace mgr::broker {

// Binds and listens, with a backlog that holds a burst. Fails with the address in the detail.
[[nodiscard]] Result<Descriptor> listen_on(const Address& address);

// Accepts connections and gives them away. When descriptors run out, the ones that wait stay in the
// backlog and it tries again a little later: accept4 would fail, and the loop wake, without end.
class Listener {
 public:
  // `origin` is the peer, "127.0.0.1:5123".
  using Accepted = std::function<void(Descriptor socket, std::string origin)>;
  Listener(uv_loop_t* loop, Descriptor socket, Accepted accepted);

  // Fails where the socket cannot be watched.
  Result<void> start();
  // From now on nobody is accepted.
  void stop();

 private:
  void accept_some();

  uv_loop_t* loop_;
  Descriptor socket_;
  Accepted accepted_;
  Watch watch_;
  Timer retry_;
};

}  // namespace mgr::broker
