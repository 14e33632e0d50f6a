// Broker (uid mgr-broker). The command line.
#pragma once

#include <optional>
#include <string>

#include "protocol/error.h"

namespace mgr::broker {

struct Options {
  std::string root;                   // --root
  std::optional<std::string> listen;  // --listen, in place of mgr.toml's
  bool help = false;
  bool version = false;
};

extern const char* const usage;

// Fails with invalid_argument, for a caller without even a program name (argc 0), too.
[[nodiscard]] Result<Options> read_options(int argc, char** argv);

}  // namespace mgr::broker
