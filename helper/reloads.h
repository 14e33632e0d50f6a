// Reloads: mgr-configure reads the configuration anew beside the loop, however long a database of
// users makes it wait. Helper, root; trusts mgr-configure to have checked.
#pragma once

#include <uv.h>

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
  // The link outlives the reloads.
  Reloads(uv_loop_t* loop, Link& link, ConfigureCommand command)
      : loop_(loop), link_(link), command_(std::move(command)), reaper_(loop) {}
  Reloads(const Reloads&) = delete;
  Reloads& operator=(const Reloads&) = delete;

  // Asked for by a request whose audit line is on disk, or, without one, by SIGHUP.
  void ask(std::optional<Task> task);

  // At the end of a turn: what the run that has ended brought, to be put into force or not, and
  // then told to those who wait for it, with the reply's data.
  [[nodiscard]] std::optional<Result<LoadedConfiguration>> take_loaded();
  void answer(const Result<std::string>& data);

 private:
  static constexpr std::size_t most_waiting = 1024;

  void begin();

  uv_loop_t* loop_;
  Link& link_;
  ConfigureCommand command_;
  Reaper reaper_;
  bool under_way_ = false;  // until it has been answered
  bool again_ = false;      // asked for since it began
  std::unique_ptr<ProgramRun> run_;
  std::optional<Result<LoadedConfiguration>> loaded_;
  std::vector<Task> asked_;  // of the one under way
  std::vector<Task> next_;   // of the one after it
};

}  // namespace mgr
