// Reloads: mgr-configure reads the configuration anew beside the loop, however long a database of
// users makes it wait. Helper, root; trusts mgr-configure to have checked.
#pragma once

#include <uv.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "helper/configuration.h"
#include "helper/jobs/reaper.h"
#include "helper/task.h"

namespace mgr {

// One at a time. Who asks while one runs waits for a further one, begun afterwards, so that a file
// edited in between counts; all who wait then share it.
class Reloads {
 public:
  // Puts a configuration into force, or fails and leaves all as it was. The data of the reply.
  using TakeOver = std::function<Result<std::string>(LoadedConfiguration)>;

  // Audit and link outlive the reloads.
  Reloads(uv_loop_t* loop, Audit& audit, Link& link, ConfigureCommand command, TakeOver take_over)
      : loop_(loop),
        audit_(audit),
        link_(link),
        command_(std::move(command)),
        take_over_(std::move(take_over)),
        reaper_(loop) {}
  Reloads(const Reloads&) = delete;
  Reloads& operator=(const Reloads&) = delete;

  // Asked for by a request whose audit line is on disk, or, without one, by SIGHUP.
  void ask(std::optional<Task> task);

  // At the end of a turn, when what was allowed in it has begun: what a run that has ended brought
  // comes into force, and who waits for it is told.
  void turn_ended();

 private:
  static constexpr std::size_t most_waiting = 64;  // whose answers the link holds all at once

  void begin();

  uv_loop_t* loop_;
  Audit& audit_;
  Link& link_;
  ConfigureCommand command_;
  TakeOver take_over_;
  Reaper reaper_;
  bool under_way_ = false;  // until it has been answered
  bool again_ = false;      // asked for since it began
  std::unique_ptr<ProgramRun> run_;
  std::optional<Result<LoadedConfiguration>> loaded_;
  std::vector<Task> asked_;  // of the one under way
  std::vector<Task> next_;   // of the one after it
};

}  // namespace mgr
