// /run/mgr.sock: accepts every local client, notes who it is, and hands the connection down to the
// broker. Reads nothing from it. Helper, root; distrusts whoever connects.
#pragma once

#include <uv.h>

#include <string>

#include "helper/connections.h"
#include "helper/identity.h"
#include "helper/link.h"

namespace mgr {

class Doorkeeper {
 public:
  // `listener` is taken over. What is in force says whose connections keep a place, and how many
  // are held at a time: who comes then is told `busy`, since root could not be told from the others
  // in a backlog.
  Doorkeeper(uv_loop_t* loop, Descriptor listener, Connections& connections, Link& link,
             const Identity& identity, const InForce& in_force);
  ~Doorkeeper() = default;
  Doorkeeper(const Doorkeeper&) = delete;
  Doorkeeper& operator=(const Doorkeeper&) = delete;

  // The broker is there: accept. The broker is lost: those who were handed down are told, new ones
  // wait in the backlog for up to 2 s, and are then told `unavailable`.
  void link_up();
  void link_lost();

  // The end of this process: who comes from now on waits in the backlog, which systemd keeps for
  // the next helper. What is accepted could not be handed down any more.
  void end() { ends_ = true; }

  // At the end of a turn: accepts again what a want of descriptors made wait.
  void turn_ended();

 private:
  void wait(std::uint64_t milliseconds);
  void accept_some();
  [[nodiscard]] bool has_place(bool keeps_place) const;
  void hand_down(Descriptor socket);

  Connections& connections_;
  Link& link_;
  Descriptor listener_;
  const Identity& identity_;
  const InForce& in_force_;
  std::string unavailable_, busy_;
  uv_loop_t* loop_;
  std::unique_ptr<Watch> poll_;
  std::unique_ptr<Watch> patience_;  // with an absent broker, or for a descriptor to become free
  bool out_of_patience_ = false;
  bool out_of_descriptors_ = false;
  bool paused_ = true;
  bool ends_ = false;
};

}  // namespace mgr
