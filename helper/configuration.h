// The configuration, read through mgr-configure. Helper, root.
#pragma once

#include <string>

#include "modules/mgr_module.h"
#include "policy/compiled.h"
#include "protocol/error.h"
#include "protocol/paths.h"

namespace mgr {

struct LoadedConfiguration {
  CompiledConfiguration compiled;
  ReadyAnswers answers;
};

// Runs the program to its end and takes what it wrote: its warnings go to the log, and its
// complaint, with file and line, is the failure's detail.
// `prepare`: it also makes the folders and the cgroup that must be there.
[[nodiscard]] Result<LoadedConfiguration> read_configuration(const Paths& paths,
                                                             const std::string& mgr_configure,
                                                             bool prepare);

}  // namespace mgr
