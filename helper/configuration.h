// The configuration, read through mgr-configure. Helper, root.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "helper/jobs/program_run.h"
#include "modules/mgr_module.h"
#include "policy/compiled.h"
#include "protocol/error.h"

namespace mgr {

struct LoadedConfiguration {
  CompiledConfiguration compiled;
  ReadyAnswers answers;
  std::vector<std::string> warnings{};  // "file:line: text"; in the log already
};

// How mgr-configure is run.
struct ConfigureCommand {
  std::string program;
  std::string root;  // "" for /
  // A helper that starts has it --prepare the folders and the cgroup that must be there. One that
  // runs has it --reload. To --check is to look, and to tell all that a helper would.
  const char* occasion = "--check";
  std::chrono::milliseconds limit = std::chrono::minutes(1);
};

// Runs it, no longer than its limit, and gives `ended`, which has to
// destroy the run, what it wrote. The warnings go to the log
// too; a failure's detail is its complaint, with file and line.
[[nodiscard]] Result<std::unique_ptr<ProgramRun>> begin_configure(
    uv_loop_t* loop, Reaper& reaper, const ConfigureCommand& command,
    std::function<void(Result<LoadedConfiguration>)> ended);

// The same, and waits for it.
[[nodiscard]] Result<LoadedConfiguration> read_configuration(const ConfigureCommand& command);

}  // namespace mgr
