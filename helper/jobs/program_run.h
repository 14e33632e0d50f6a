// A program of mgr's that is run beside the loop, for what it writes. Helper, root.
#pragma once

#include <uv.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "helper/jobs/reaper.h"
#include "helper/jobs/spawn.h"
#include "helper/jobs/watch.h"

namespace mgr {

class ProgramRun {
 public:
  struct Limits {
    std::size_t bytes;
    std::chrono::milliseconds time;
  };
  // Called once, from the loop, and has to destroy the run. All that was written, up to the end of
  // the pipe; failed where that is too much or takes too long.
  using Ended = std::function<void(Result<std::string>)>;

  // Runs `program` as spawn.h says. The reaper outlives the run.
  static Result<std::unique_ptr<ProgramRun>> begin(uv_loop_t* loop, Reaper& reaper,
                                                   const std::string& program,
                                                   const std::vector<std::string>& arguments,
                                                   Limits limits, Ended ended);
  // Kills what is still there of the program.
  ~ProgramRun();
  ProgramRun(const ProgramRun&) = delete;
  ProgramRun& operator=(const ProgramRun&) = delete;

 private:
  ProgramRun(Reaper& reaper, ChildWithOutput child, std::size_t most, Ended ended)
      : reaper_(reaper), child_(std::move(child)), most_(most), ended_(std::move(ended)) {}
  void read();
  void end(Result<std::string> bytes) { std::exchange(ended_, {})(std::move(bytes)); }

  Reaper& reaper_;
  ChildWithOutput child_;
  std::size_t most_;
  Ended ended_;
  std::string bytes_;
  std::unique_ptr<Watch> readable_, too_late_;  // destroyed before the descriptors
};

}  // namespace mgr
