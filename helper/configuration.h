// The configuration, read through mgr-configure. Helper, root.
#pragma once

#include <string>

#include "policy/compiled.h"
#include "protocol/error.h"
#include "protocol/paths.h"

namespace mgr {

// Runs the program to its end and takes what it wrote. Its complaints, with file and line, go to
// the helper's own stderr; the failure returned says only that there were some.
// `prepare`: it also makes the folders and the cgroup that must be there.
[[nodiscard]] Result<CompiledConfiguration> read_configuration(const Paths& paths,
                                                               const std::string& mgr_configure,
                                                               bool prepare);

}  // namespace mgr
