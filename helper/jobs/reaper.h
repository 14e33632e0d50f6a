// Reaps the processes that spawn.h starts, each by its pidfd, without SIGCHLD. Helper, root.
#pragma once

#include <map>
#include <memory>

#include "helper/jobs/watch.h"
#include "protocol/descriptor.h"

namespace mgr {

class Reaper {
 public:
  explicit Reaper(uv_loop_t* loop) : loop_(loop) {}
  // Takes the pidfd of a child and keeps it until the child is reaped.
  void reap_when_ended(Descriptor process);

 private:
  struct Child {
    Descriptor process;
    std::unique_ptr<Watch> watch;  // destroyed before the descriptor that it watches
  };
  uv_loop_t* loop_;
  std::map<int, Child> children_;
};

}  // namespace mgr
